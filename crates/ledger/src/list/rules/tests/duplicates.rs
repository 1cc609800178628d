//! One entry of somebody for a programme and a period, unless it is one more with a reason (V19).

use super::*;

fn other(programme: &str, period: &str) -> Value {
    json!({"roster": {"programme": programme, "period": period, "total_fen": 100}})
}

#[test]
fn a_second_entry_is_refused_unless_it_says_why() {
    let first = completed(1, roster(100), &[entry(1, 100)]);
    let again = content(json!({"entry": {"subject": person(1), "amount_fen": 100,
        "reissue_reason": "上期漏发"}}));
    for (kind, then) in [
        (
            roster(100),
            expect![[r#"
            DUPLICATE_ENTRY subject:
              line 1: an entry for this person and period is there already: line 1 of list #8001
            list.line_added
            list.line_added"#]],
        ),
        (
            other("农机补贴", "2019"),
            expect![[r#"
            list.line_added
            list.line_added
            list.line_added"#]],
        ),
        (
            other("危房改造", "2018"),
            expect![[r#"
            list.line_added
            list.line_added
            list.line_added"#]],
        ),
    ] {
        let given = and(&first, [begin(2, kind, 3, zeros())]);
        let rows = [
            add(2, 1, entry(1, 100)),
            add(2, 1, again.clone()),
            add(2, 1, entry(2, 100)),
        ];
        check(&given, &rows, then);
    }
    // Within one list too.
    let within = [begin(1, roster(200), 2, zeros()), add(1, 1, entry(1, 100))];
    check(
        &within,
        &[add(1, 2, entry(1, 60))],
        expect![[r#"
        DUPLICATE_ENTRY subject:
          line 2: an entry for this person and period is there already: line 1 of list #8001"#]],
    );
}

#[test]
fn a_list_that_does_not_count_makes_no_entry_the_second() {
    let open = filled(1, roster(100), &[entry(1, 100)]);
    for given in [open.clone(), and(&open, [give_up(1)])] {
        let given = and(&given, [begin(2, roster(100), 1, zeros())]);
        check(
            &given,
            &[add(2, 1, entry(1, 100))],
            expect!["list.line_added"],
        );
    }
    // What counts by the time of its completion is judged then.
    let both = and(&open, filled(2, roster(100), &[entry(1, 100)]));
    let first = and(&both, [complete(1)]);
    check(
        &first,
        &[complete(2), complete(2).observed()],
        expect![[r#"
        DUPLICATE_ENTRY subject:
          line 1: an entry for this person and period is there already: line 1 of list #8001
        list.completed
        alert DUPLICATE_ENTRY subject:
          line 1: an entry for this person and period is there already: line 1 of list #8001"#]],
    );
}

#[test]
fn what_was_observed_is_asked_about_once_it_counts() {
    let lines = [entry(1, 100), entry(2, 50), entry(1, 100)];
    let mut world = World::new();
    let answers: Vec<String> = completed(1, roster(250), &lines)
        .into_iter()
        .map(|ask| world.answer(&ask.observed()))
        .collect();
    expect![[r#"
        list.started
        list.line_added
        list.line_added
        list.line_added
        list.completed
        alert DUPLICATE_ENTRY subject:
          line 3: an entry for this person and period is there already: line 1 of list #8001"#]]
    .assert_eq(&answers.join("\n"));
}

#[test]
fn an_entry_that_was_taken_back_makes_no_other_the_second() {
    let first = completed(1, roster(100), &[entry(1, 100)]);
    let mut world = World::given(&first);
    let place = LinePlace { list: 1, number: 1 };
    let seq = world.books.list_lines.get(place).unwrap().seq;
    world.take(&unsay(1, seq, 100));
    for ask in completed(2, roster(100), &[entry(1, 100)]) {
        world.take(&ask);
    }
    assert_eq!(due(&world.books, 1), 100);
}
