//! Commands about money as the server takes them: their words and their data.

use super::*;

impl Ask {
    pub fn word(&self) -> &'static str {
        match self {
            Ask::Receive { .. } => "fund.receive",
            Ask::Allocate { .. } => "fund.allocate",
            Ask::Adjust { .. } => "fund.adjust",
            Ask::Reclaim { .. } => "fund.reclaim",
            Ask::Carry { .. } => "fund.carry_over",
            Ask::Instruct { .. } => "payment.instruct",
            Ask::Settle { .. } => "payment.settle",
            Ask::Return { .. } => "payment.return",
            Ask::Reissue { .. } => "payment.reissue",
            Ask::Confirm { .. } => "receipt.confirm",
            Ask::Reclassify { .. } => "payment.reclassify",
            Ask::Demand { .. } => "payment.demand_recovery",
            Ask::Recover { .. } => "payment.receive_recovery",
            Ask::Reverse { .. } => "record.reverse",
        }
    }

    /// `seq` and the payment of an amount, by its place.
    pub fn data(&self, stated: impl Fn(usize) -> (u64, u64)) -> Value {
        let document = "青财农〔2018〕9号";
        match self {
            Ask::Receive { fund: number, fen } => {
                json!({"fund": fund(*number), "amount_fen": fen, "document": document})
            }
            Ask::Allocate {
                fund,
                from,
                to,
                fen,
            } => allocation(*fund, *from, to.json(), *fen),
            Ask::Adjust { fund: number, fen } => json!({"fund": fund(*number), "delta_fen": fen,
                "reason": "调剂", "document": document}),
            Ask::Reclaim {
                fund: number,
                from,
                to,
                fen,
            } => {
                let mut data = json!({"fund": fund(*number), "from": from.json(),
                    "amount_fen": fen, "reason": "idle", "document": document});
                if let Some(unit) = to {
                    data["to"] = json!(org(*unit));
                }
                data
            }
            Ask::Carry {
                fund: number,
                unit,
                fen,
                year,
            } => json!({"fund": fund(*number),
                "holder": org(*unit), "amount_fen": fen, "to_year": year, "document": document}),
            Ask::Instruct { id, order } => {
                let payee = match order.payee {
                    Payee::House(house) => json!({"subject": person(house)}),
                    Payee::Unit(unit) => to_unit(unit),
                };
                let source =
                    |(number, fen): &(u64, i64)| json!({"fund": fund(*number), "amount_fen": fen});
                let sources: Vec<Value> = order.sources.iter().map(source).collect();
                json!({"payment": payment(*id), "project": project(order.project), "payee": payee,
                    "amount_fen": order.fen, "sources": sources, "kind": order.kind,
                    "voucher": format!("PZ-{id}")})
            }
            Ask::Settle { id, fen } => settlement(*id, *fen),
            Ask::Return { id, fen } => payment_return(*id, *fen),
            Ask::Reissue { id, of } => reissue(*id, *of),
            Ask::Confirm {
                id,
                house,
                result,
                fen,
            } => receipt(*id, *house, result, *fen),
            Ask::Reclassify { id, from, to, fen } => json!({"payment": payment(*id),
                "from": fund(*from), "to": fund(*to), "amount_fen": fen, "document": document,
                "reason": "列错资金批次"}),
            Ask::Demand { id, fen } => json!({"payment": payment(*id), "amount_fen": fen,
                "basis": "多付", "document": document}),
            Ask::Recover { id, fen } => json!({"payment": payment(*id), "amount_fen": fen,
                "bank_reference": "BK-ZH"}),
            Ask::Reverse { place, fen } => {
                let (seq, id) = stated(*place);
                json!({"subject": payment(id), "seq": seq, "amount_fen": fen, "reason": "误录"})
            }
        }
    }
}
