//! Forms that go out come back: the empty one is recognised, bad rows can be put right in place.

use super::*;
use crate::{rejects, template};

#[test]
fn the_empty_form_of_every_kind_is_recognised_as_its_kind() {
    for kind in Mapping::kinds() {
        let mapping = Mapping::built_in(kind).unwrap();
        let form = template(&mapping, Unit::TenThousand).unwrap();
        let reading = read(&form, &mapping, Options::default()).unwrap();
        assert_eq!(reading.entries.len() + reading.refused.len(), 0, "{kind}");
        let amounts = mapping
            .fields
            .iter()
            .any(|it| it.form == crate::Form::Amount);
        let unit = amounts.then_some(Unit::TenThousand);
        assert_eq!(reading.unit, unit, "{kind}");
        // Of its own sheet of notes nothing is said.
        let said: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
        assert_eq!(said, [Code::NoRows], "{kind}");
        assert_eq!(
            form,
            template(&mapping, Unit::TenThousand).unwrap(),
            "{kind}"
        );
    }
}

#[test]
fn bad_rows_come_back_in_the_same_form_with_their_reasons() {
    let mapping = payments();
    let bad = "V2,去年,QS-1,5号,曲河建工公司,\"1,000.00\"";
    let reading = paid(&csv(&[GOOD, bad])).unwrap();
    let back = |refused: &crate::Refused| refused.refusals[0].zh.clone();
    let rows = reading
        .refused
        .iter()
        .map(|row| (row.shown.as_slice(), back(row)));
    let form = rejects(&mapping, Unit::Yuan, rows).unwrap();
    let again = read(&form, &mapping, Options::default()).unwrap();
    assert_eq!(refused(&again), [(Code::BadDate, "支付明细!B2".to_owned())]);
    assert_eq!(again.refused[0].shown, reading.refused[0].shown);
    let book = crate::Workbook::read(&form).unwrap();
    let last = book.sheets[0].rows[1].cells.last().unwrap();
    assert!(
        last.content
            .shown()
            .starts_with("不是 1970 至 2100 年的日期"),
        "{last:?}"
    );
}
