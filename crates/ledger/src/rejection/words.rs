//! The texts of rejections, in English and in Chinese.

use super::{CapBasis, Rejection};
use crate::ids::Subject;
use crate::project::rules::steps::Step;

fn list(subjects: &[Subject], between: &str) -> String {
    let named: Vec<_> = subjects.iter().map(|one| one.0.to_string()).collect();
    named.join(between)
}

/// What the head of a list states, in Chinese, with its unit.
fn stated_zh(field: &str) -> &str {
    match field {
        "count" => "行数",
        "total_fen" => "合计金额(分)",
        "closing_fen" => "期末余额(分)",
        other => other,
    }
}

/// In English, one lower-case line; [`Rejection::zh`] says the same in Chinese.
impl std::fmt::Display for Rejection {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per rule, read straight down"
    )]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Rejection::Forbidden { command } => {
                write!(f, "none of the token's roles allows {command}")
            }
            Rejection::LedgerNotOpen => write!(f, "the ledger is not open"),
            Rejection::Conflict { expected, actual } => {
                write!(
                    f,
                    "expected version {expected}, but it is at version {actual}"
                )
            }
            Rejection::NotFound { subject, .. } => {
                write!(f, "{} is not known in this ledger", subject.0)
            }
            Rejection::AlreadyExists { subject, .. } => write!(f, "{} exists already", subject.0),
            Rejection::BadAmount { amount, .. } => write!(
                f,
                "{} fen is not an amount that may be stated (1 to 10^15 fen)",
                amount.get()
            ),
            Rejection::SplitMismatch { parts, total, .. } => write!(
                f,
                "the parts add up to {} fen, the total is {} fen",
                parts.get(),
                total.get()
            ),
            Rejection::BadDate { why, .. }
            | Rejection::BadField { why, .. }
            | Rejection::BadRatio { why, .. }
            | Rejection::NotIndependent { why, .. }
            | Rejection::BadReversal { why, .. }
            | Rejection::LetterOrder { why, .. }
            | Rejection::BadSample { why, .. }
            | Rejection::ExtensionRefused { why, .. } => f.write_str(why),
            Rejection::BadTransition { state, step, .. } => {
                write!(f, "{step} is not possible in state {state}")
            }
            Rejection::RetentionRunning { until } => write!(
                f,
                "accounts about this person must be kept until {until}: restrict processing instead"
            ),
            Rejection::OverAllocated { available, asked } => write!(
                f,
                "{} fen asked for, {} fen unallocated",
                asked.get(),
                available.get()
            ),
            Rejection::Insufficient {
                subject,
                available,
                asked,
                ..
            } => write!(
                f,
                "{} fen asked for, {} has {} fen available",
                asked.get(),
                subject.0,
                available.get()
            ),
            Rejection::OverPaid { open, stated } => {
                write!(
                    f,
                    "{} fen stated, {} fen are open",
                    stated.get(),
                    open.get()
                )
            }
            Rejection::OverContract { price, asked } => write!(
                f,
                "{} fen in all, the contract's price is {} fen",
                asked.get(),
                price.get()
            ),
            Rejection::StageCap {
                basis,
                allowed,
                asked,
            } => write!(
                f,
                "{} fen in all, {} allows {} fen",
                asked.get(),
                match basis {
                    CapBasis::Stage => "the last stage reached",
                    CapBasis::NamedStage => "its stage",
                    CapBasis::StageOpen => "the stage is not reached; the last one reached",
                    CapBasis::Progress => "the verified progress with the advance",
                },
                allowed.get()
            ),
            Rejection::CountersignMissing { missing } => {
                write!(f, "not counter-signed by {}", missing.join(", "))
            }
            Rejection::NotInForce { word, year } => {
                write!(f, "{word} is not a source of money in {year}")
            }
            Rejection::PeriodClosed { through } => write!(
                f,
                "signed off through {through}: reverse with a later day, or have it opened again"
            ),
            Rejection::SamePerson { first, second } => {
                write!(f, "the same person may not do both {first} and {second}")
            }
            Rejection::SameOrganisation { first, second } => {
                write!(
                    f,
                    "the same organisation may not be both {first} and {second}"
                )
            }
            Rejection::GateMissing { step, missing } => {
                let missing = missing.join(", ");
                if *step == Step::Start {
                    write!(f, "the project may not start without {missing}")
                } else {
                    write!(f, "{step} is not possible without {missing}")
                }
            }
            Rejection::EvidenceMissing {
                measure: Some(measure),
            } => write!(
                f,
                "measure {} has no evidence captured on or after the day of issue",
                measure.0
            ),
            Rejection::EvidenceMissing { measure: None } => write!(f, "there is no measure"),
            Rejection::MeasureUnfinished { measure } => {
                write!(f, "measure {} is not finished: it has no result", measure.0)
            }
            Rejection::RecoveryOpen {
                required,
                received,
                waived,
            } => write!(
                f,
                "{} fen must be recovered; {} fen received, {} fen waived",
                required.get(),
                received.get(),
                waived.get()
            ),
            Rejection::CommonItemOpen {
                open,
                institution_missing,
            } => write!(
                f,
                "{open} cases are open{}",
                if *institution_missing {
                    "; an institutional measure with evidence is missing"
                } else {
                    ""
                }
            ),
            Rejection::AlreadyMatched { subject, .. } => {
                write!(f, "bank line {} is in a live match with it", subject.0)
            }
            Rejection::LineGap { number, next } => {
                write!(f, "line {next} is the next one, not line {number}")
            }
            Rejection::LineRecorded { number, next } => write!(
                f,
                "line {number} is recorded already and says the same; go on with line {next}"
            ),
            Rejection::LineDiffers { number } => {
                write!(
                    f,
                    "line {number} is recorded already and says something else"
                )
            }
            Rejection::ListDiffers {
                field,
                stated,
                found,
            } => write!(
                f,
                "the head states {field} {stated}, the lines come to {found}: {} {}",
                found.abs_diff(*stated),
                if found > stated {
                    "too much"
                } else {
                    "too little"
                }
            ),
            Rejection::ListDigest { stated, found } => write!(
                f,
                "the head states the digest {stated}, the lines have {found}"
            ),
            Rejection::DuplicateEntry {
                number,
                earlier_list,
                earlier_line,
                ..
            } => write!(
                f,
                "line {number}: an entry for this person and period is there already: line \
                 {earlier_line} of list {}",
                earlier_list.0
            ),
            Rejection::RestedOn { dependents } => {
                write!(f, "what came later rests on it: {}", list(dependents, ", "))
            }
            Rejection::UnknownParty { subject, .. } => {
                write!(f, "{} is not known in this ledger", subject.0)
            }
            Rejection::CycleLegMissing { leg, month, .. } => {
                write!(f, "the cycle of {month} has no {leg}")
            }
            Rejection::ReceiptDisputed { result, .. } => write!(f, "the payee says {result}"),
        }
    }
}

impl Rejection {
    /// In Chinese, one sentence.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per rule, read straight down"
    )]
    pub fn zh(&self) -> String {
        match self {
            Rejection::Forbidden { command } => format!("当前令牌的角色无权办理 {command}"),
            Rejection::LedgerNotOpen => "账本未开立或已关闭".to_owned(),
            Rejection::Conflict { expected, actual } => {
                format!("预期版本 {expected},当前版本 {actual},请重新读取后再提交")
            }
            Rejection::NotFound { subject, .. } => format!("本账本中查无 {}", subject.0),
            Rejection::AlreadyExists { subject, .. } => format!("{} 已存在", subject.0),
            Rejection::BadAmount { amount, .. } => {
                format!("{amount} 元不是可登记的金额(0.01 元至 10 万亿元)")
            }
            Rejection::SplitMismatch { parts, total, .. } => {
                format!("分项合计 {parts} 元,总额 {total} 元,两者不符")
            }
            Rejection::BadDate { why_zh, .. }
            | Rejection::BadField { why_zh, .. }
            | Rejection::BadRatio { why_zh, .. }
            | Rejection::NotIndependent { why_zh, .. }
            | Rejection::BadReversal { why_zh, .. }
            | Rejection::LetterOrder { why_zh, .. }
            | Rejection::BadSample { why_zh, .. }
            | Rejection::ExtensionRefused { why_zh, .. } => (*why_zh).to_owned(),
            Rejection::BadTransition { state_zh, step, .. } => {
                format!("当前状态为“{state_zh}”,不能办理 {step}")
            }
            Rejection::RetentionRunning { until } => {
                format!("涉及此人的会计资料须保存至 {until},期满前只能限制处理")
            }
            Rejection::OverAllocated { available, asked } => {
                format!("申请分解 {asked} 元,未分解指标仅 {available} 元")
            }
            Rejection::Insufficient {
                available, asked, ..
            } => {
                format!("申请 {asked} 元,可用余额仅 {available} 元")
            }
            Rejection::OverPaid { open, stated } => {
                format!("登记 {stated} 元,可办理余额仅 {open} 元")
            }
            Rejection::OverContract { price, asked } => {
                format!("累计 {asked} 元,合同价款(含变更)仅 {price} 元")
            }
            Rejection::StageCap {
                basis,
                allowed,
                asked,
            } => {
                let basis = match basis {
                    CapBasis::Stage => "按已达到的付款节点",
                    CapBasis::NamedStage => "所列付款节点",
                    CapBasis::StageOpen => "所列付款节点尚未达到,按已达到的节点",
                    CapBasis::Progress => "按已核实进度加允许预付比例",
                };
                format!("累计 {asked} 元,{basis}最多 {allowed} 元")
            }
            Rejection::CountersignMissing { missing } => {
                format!("尚缺会签:{}", missing.join("、"))
            }
            Rejection::NotInForce { word, year } => {
                format!("{year} 年度没有“{word}”这一资金来源口径")
            }
            Rejection::PeriodClosed { through } => {
                format!("账目已封账至 {through}:请以之后日期冲销更正,或经批准重新开账")
            }
            Rejection::SamePerson { first, second } => {
                format!("同一人不得既办理 {first} 又办理 {second}")
            }
            Rejection::SameOrganisation { first, second } => {
                format!("同一单位不得既是 {first} 又是 {second}")
            }
            Rejection::GateMissing { step, missing } => {
                format!("项目不得{},尚缺:{}", step.zh(), missing.join("、"))
            }
            Rejection::EvidenceMissing {
                measure: Some(measure),
            } => {
                format!("措施 {} 没有交办日及以后形成的有效佐证", measure.0)
            }
            Rejection::EvidenceMissing { measure: None } => "尚无整改措施".to_owned(),
            Rejection::MeasureUnfinished { measure } => {
                format!("措施 {} 尚未完成,未登记完成结果", measure.0)
            }
            Rejection::RecoveryOpen {
                required,
                received,
                waived,
            } => {
                format!("应追回 {required} 元,已追回 {received} 元,已核免 {waived} 元,不得销号")
            }
            Rejection::CommonItemOpen {
                open,
                institution_missing,
            } => format!(
                "尚有 {open} 个子事项未销号{}",
                if *institution_missing {
                    ",且缺少有佐证的建章立制措施"
                } else {
                    ""
                }
            ),
            Rejection::AlreadyMatched { subject, .. } => {
                format!("已与银行流水 {} 对账,须先撤销该笔对账", subject.0)
            }
            Rejection::LineGap { number, next } => {
                format!("下一行应为第 {next} 行,而不是第 {number} 行")
            }
            Rejection::LineRecorded { number, next } => {
                format!("第 {number} 行已录入且内容相同,请从第 {next} 行继续")
            }
            Rejection::LineDiffers { number } => {
                format!("第 {number} 行已录入,但内容不同")
            }
            Rejection::ListDiffers {
                field,
                stated,
                found,
            } => format!(
                "{}:清单开头填 {stated},各行合计 {found},{} {}",
                stated_zh(field),
                if found > stated { "多" } else { "少" },
                found.abs_diff(*stated)
            ),
            Rejection::ListDigest { stated, found } => {
                format!("清单开头所填摘要值为 {stated},各行的摘要值为 {found}")
            }
            Rejection::DuplicateEntry {
                number,
                earlier_list,
                earlier_line,
                ..
            } => format!(
                "第 {number} 行:此人同一补贴项目、同一补贴期已在清单 {} 第 {earlier_line} 行列入,\
                 属补发的须填写原因",
                earlier_list.0
            ),
            Rejection::RestedOn { dependents } => {
                format!("该记录已有后续事项,不得冲销:{}", list(dependents, "、"))
            }
            Rejection::UnknownParty { subject, .. } => {
                format!("往来对象 {} 未在本账本登记", subject.0)
            }
            Rejection::CycleLegMissing { leg_zh, month, .. } => {
                format!("{month} 调度周期缺少“{leg_zh}”")
            }
            Rejection::ReceiptDisputed { result_zh, .. } => format!("收款人反映:{result_zh}"),
        }
    }
}
