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
            Ask::Offset { .. } => "payment.offset_recovery",
            Ask::Waive { .. } => "payment.waive_recovery",
            Ask::Withhold { .. } => "payment.withhold_retention",
            Ask::Release { .. } => "payment.release_retention",
            Ask::Contract(ask) => ask.word(),
            Ask::Claim(ask) => ask.word(),
            Ask::Reverse { .. } => "record.reverse",
        }
    }

    /// `seq` and subject of an amount, by its place.
    pub fn data(&self, stated: impl Fn(usize) -> (u64, Of)) -> Value {
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
                let mut data = ordered(order);
                data["payment"] = json!(payment(*id));
                data["kind"] = json!(order.kind);
                data["voucher"] = json!(format!("PZ-{id}"));
                data
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
            Ask::Offset { id, against, fen } => json!({"payment": payment(*id),
                "against": payment(*against), "amount_fen": fen, "document": document}),
            Ask::Waive { id, fen } => json!({"payment": payment(*id), "amount_fen": fen,
                "authority": "县政府", "reason": "受灾"}),
            Ask::Withhold { id, fen, due_on } => json!({"payment": payment(*id),
                "amount_fen": fen, "due_on": due_on}),
            Ask::Release { id, by, fen } => json!({"payment": payment(*id), "by": payment(*by),
                "amount_fen": fen}),
            Ask::Contract(ask) => ask.data(),
            Ask::Claim(ask) => ask.data(),
            Ask::Reverse { place, fen } => {
                let (seq, of) = stated(*place);
                let subject = match of {
                    Of::Fund(number) => fund(number),
                    Of::Payment(id) => payment(id),
                };
                json!({"subject": subject, "seq": seq, "amount_fen": fen, "reason": "误录"})
            }
        }
    }
}

/// What a payment and a claim say alike.
pub(super) fn ordered(order: &Order) -> Value {
    let payee = match order.payee {
        Payee::House(house) => json!({"subject": person(house)}),
        Payee::Unit(unit) => to_unit(unit),
    };
    let source = |(number, fen): &(u64, i64)| json!({"fund": fund(*number), "amount_fen": fen});
    let sources: Vec<Value> = order.sources.iter().map(source).collect();
    let mut data = json!({"project": project(order.project), "payee": payee,
        "amount_fen": order.fen, "sources": sources});
    if let Some(number) = order.contract {
        data["contract"] = json!(contract(number));
    }
    if let Some(number) = order.claim {
        data["claim"] = json!(claim(number));
    }
    data
}
