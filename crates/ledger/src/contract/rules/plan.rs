//! A payment plan that can be followed: its stages in the order of a contract's life, its caps
//! rising to the price at the most, and the retention kept until the warranty ends.

use super::caps::WHOLE_BP;
use crate::contract::{ContractSigning, ContractStage, StageTrigger};
use crate::rejection::Rejection;

/// # Errors
/// `BAD_FIELD`.
pub(super) fn check(signing: &ContractSigning) -> Result<(), Rejection> {
    let wrong = |field, why, why_zh| Err(Rejection::BadField { field, why, why_zh });
    let over = |bp: u32| bp > WHOLE_BP;
    let stages = &signing.stages;
    if over(signing.retention_bp) {
        return wrong("retention_bp", "at most 10000", "最多 10000");
    }
    if signing.advance_bp.is_some_and(over) {
        return wrong("advance_bp", "at most 10000", "最多 10000");
    }
    if stages.is_empty() {
        return wrong(
            "stages",
            "a payment plan has at least one stage",
            "付款计划至少有一个节点",
        );
    }
    let caps = || stages.iter().map(|stage| stage.cumulative_cap_bp);
    if caps().any(over) {
        return wrong("stages", "a cap is at most 10000", "累计上限最多 10000");
    }
    // The first cap is above nothing.
    if std::iter::once(0)
        .chain(caps())
        .zip(caps())
        .any(|(before, cap)| cap <= before)
    {
        return wrong(
            "stages",
            "each cap is above the one before it",
            "累计上限须逐节点递增",
        );
    }
    let after = stages.iter().skip(1);
    if stages
        .iter()
        .zip(after)
        .any(|(before, stage)| !follows(before, stage))
    {
        return wrong(
            "stages",
            "the stages are not in the order of a contract's life; only progress comes twice",
            "节点须按签订、进度、竣工、验收、质保期满的次序,只有进度可以重复",
        );
    }
    retention(signing)
}

fn follows(before: &ContractStage, stage: &ContractStage) -> bool {
    let repeats = stage.trigger == StageTrigger::Progress;
    before.trigger < stage.trigger || (before.trigger == stage.trigger && repeats)
}

/// What is retained is left over by every stage but the end of the warranty.
fn retention(signing: &ContractSigning) -> Result<(), Rejection> {
    let end = signing.stages.last();
    let ends = end.is_some_and(|stage| stage.trigger == StageTrigger::RetentionEnd);
    if signing.retention_bp > 0 && !ends {
        return Err(Rejection::BadField {
            field: "retention_bp",
            why: "a retention is paid at a last stage retention_end",
            why_zh: "约定质保金的,最后一个节点须为质保期满",
        });
    }
    let kept = |stage: &&ContractStage| stage.trigger != StageTrigger::RetentionEnd;
    let before = signing.stages.iter().filter(kept);
    let cap = before.map(|stage| stage.cumulative_cap_bp).max();
    let left = WHOLE_BP.saturating_sub(cap.unwrap_or(0));
    if left < signing.retention_bp {
        return Err(Rejection::BadField {
            field: "retention_bp",
            why: "the stages before the end of the warranty leave less than the retention",
            why_zh: "质保期满之前的节点所留余额少于质保金",
        });
    }
    Ok(())
}
