//! Every item and every task list of a day, asked of the server and of the model.

use super::*;
use jiff::civil::Date;

impl Items {
    /// Compares items and task lists of a day with what the server says.
    pub fn compare(&self, world: &Client, today: Date) {
        let at = day::number(today);
        let list = |rest: &str| {
            let page = world.data("verifier", &format!("{rest}?limit=1000&today={today}"));
            page["entries"].as_array().unwrap().clone()
        };
        let named =
            |rows: &[Value]| -> Vec<Value> { rows.iter().map(|row| row["item"].clone()).collect() };
        for shown in list("items") {
            let (number, row) = self.named(&shown);
            let context = || format!("item {number} on {today}: {shown:#}");
            assert_eq!(shown["state"]["word"], row.state, "{}", context());
            assert_eq!(shown["overdue_days"], row.overdue(at), "{}", context());
            assert_eq!(shown["closed_late"], row.closed_late(), "{}", context());
            assert_eq!(shown["requested_late"], row.late, "{}", context());
            let due = row.due(if row.is_open() { at } else { row.since });
            assert_eq!(shown["due_on"], json!(due.map(day::text)), "{}", context());
        }
        assert_eq!(list("items").len(), self.rows.len());

        // R1: the most overdue first, then by due date, then by number.
        let mut due: Vec<(&u64, &Item)> = self
            .rows
            .iter()
            .filter(|(_, row)| row.is_open() && row.issued.is_some())
            .collect();
        due.sort_by_key(|(number, row)| (-row.overdue(at), row.due(at), **number));
        let due: Vec<Value> = due
            .iter()
            .map(|(number, _)| json!(item(**number)))
            .collect();
        assert_eq!(named(&list("tasks/due")), due);

        let chosen = |is: &dyn Fn(&Item) -> bool| -> BTreeSet<String> {
            let rows = self.rows.iter().filter(|(_, row)| is(row));
            rows.map(|(number, _)| item(*number).to_string()).collect()
        };
        let ids = |rows: &[Value]| -> BTreeSet<String> {
            rows.iter()
                .map(|row| row["item"].as_str().unwrap().to_owned())
                .collect()
        };
        let plans = list("tasks/plans");
        let waits = |row: &Item| {
            row.state == "plan_submitted" || (row.state == "acknowledged" && row.returned_plan)
        };
        assert_eq!(ids(&plans), chosen(&waits));
        let closing = list("tasks/closing");
        assert_eq!(
            ids(&closing),
            chosen(&|row| ["in_progress", "long_term"].contains(&row.state))
        );
        for shown in &closing {
            let (number, row) = self.named(shown);
            assert_eq!(shown["ready"], row.ready(), "item {number}: {shown:#}");
        }
        let verification = list("tasks/verification");
        assert_eq!(
            ids(&verification),
            chosen(&|row| row.state == "closure_requested")
        );
        for shown in &verification {
            let (number, row) = self.named(shown);
            assert_eq!(
                shown["independent"],
                row.may_judge("verifier"),
                "{number}: {shown:#}"
            );
            assert_eq!(
                shown["verifications"],
                row.verifiers.len(),
                "{number}: {shown:#}"
            );
        }

        let total = world.data("reader", &format!("completion?today={today}"))["total"].take();
        let count = |is: &dyn Fn(&Item) -> bool| {
            self.rows
                .values()
                .filter(|row| row.issued.is_some() && is(row))
                .count()
        };
        let asked = ["closure_requested", "verified", "closed"];
        assert_eq!(total["requested"], count(&|row| asked.contains(&row.state)));
        let gone = ["not_substantiated", "merged"];
        assert_eq!(total["closed"], count(&|row| row.state == "closed"));
        assert_eq!(
            total["denominator"],
            count(&|row| !gone.contains(&row.state))
        );
        assert_eq!(total["overdue"], count(&|row| row.overdue(at) > 0));
        for (number, row) in &self.rows {
            if row.reopened > 0 {
                let shown = world.data("reader", &format!("items/{}", item(*number)));
                assert_eq!(shown["reopen_count"], row.reopened);
                assert_eq!(
                    shown["closings"].as_array().unwrap().len(),
                    row.closings.len()
                );
            }
        }
    }

    fn named(&self, shown: &Value) -> (u64, &Item) {
        let found = self
            .rows
            .iter()
            .find(|(number, _)| shown["item"] == json!(item(**number)));
        let (number, row) = found.unwrap_or_else(|| panic!("nobody drafted {shown}"));
        (*number, row)
    }
}
