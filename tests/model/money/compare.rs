//! Every balance and every payment, asked of the server and of the model.

use super::*;

impl Money {
    /// Compares all balances and all payments with what the server says.
    pub fn compare(&self, world: &Client) {
        for (number, row) in &self.funds {
            let shown = world.data("reader", &format!("funds/{}", fund(*number)));
            let context = || format!("fund {number}: {shown:#}");
            assert_eq!(shown["balanced"], true, "{}", context());
            assert_eq!(shown["received_fen"], row.received, "{}", context());
            assert_eq!(shown["holders_sum_fen"], row.received, "{}", context());
            assert_eq!(shown["reclaimed_from_top_fen"], row.to_top, "{}", context());
            assert_eq!(
                shown["unallocated_fen"],
                self.left(*number, COUNTY),
                "{}",
                context()
            );
            for unit in UNITS {
                let node = of(&shown["nodes"], "/unit/organisation", &json!(org(unit)));
                let granted = self.granted(*number, Holder::Unit(unit));
                assert_eq!(
                    fen(&node, "granted_fen"),
                    granted,
                    "unit {unit}, {}",
                    context()
                );
                let left = fen(&node, "unallocated_fen");
                assert_eq!(left, self.left(*number, unit), "unit {unit}, {}", context());
            }
            for number_of_project in PROJECTS {
                let id = json!(project(number_of_project));
                let shown = of(&shown["budgets"], "/project/project", &id);
                let budget = self.budget(*number, number_of_project);
                let all = [
                    ("granted_fen", budget.granted),
                    ("committed_unpaid_fen", budget.committed),
                    ("settled_fen", budget.settled),
                    ("returned_fen", budget.returned),
                    ("available_fen", budget.available()),
                ];
                for (field, expected) in all {
                    let what = format!("{field} of project {number_of_project}");
                    assert_eq!(fen(&shown, field), expected, "{what}, {}", context());
                }
            }
        }
        for (id, row) in &self.payments {
            let shown = world.data("reader", &format!("payments/{}", payment(*id)));
            assert_eq!(shown["state"]["word"], row.state(), "{shown}");
            assert_eq!(shown["open_fen"], row.open(), "{shown}");
            assert_eq!(shown["settled_fen"], row.settled, "{shown}");
            assert_eq!(shown["returned_fen"], row.returned, "{shown}");
            assert_eq!(shown["reissue_of"], json!(row.of.map(payment)), "{shown}");
            assert_eq!(
                shown["reissued_by"],
                json!(row.again.map(payment)),
                "{shown}"
            );
            assert_eq!(
                shown["receipt"]["result"]["word"],
                json!(row.said.map(|said| said.0))
            );
            assert_eq!(
                shown["receipt"]["amount_fen"],
                json!(row.said.map(|said| said.1))
            );
        }
        assert_eq!(world.data("reader", "benefit")["holds"], true);
    }
}

/// The row of a list that names this; nothing there is the same as nothing held.
fn of(rows: &Value, pointer: &str, id: &Value) -> Value {
    let found = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row.pointer(pointer) == Some(id));
    found.cloned().unwrap_or_default()
}

fn fen(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or_default()
}
