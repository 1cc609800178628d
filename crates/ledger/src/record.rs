//! Records put right: reversed 冲销, or corrected in their wording 更正. Nothing is edited; both the
//! record and what puts it right stay visible.

pub mod amend;
pub mod rules;

use crate::ids::Subject;
use crate::money::Fen;
use crate::text::{Text, Wording};
use crate::{Command, Event};
use std::borrow::Cow;

choices! {
    /// The wording that a correction replaces: the field's name in the record's facts.
    CorrectedField {
        Name = "name" "名称",
        Number = "number" "编号",
        Code = "code" "代码",
        Document = "document" "文号",
        Mandate = "mandate" "授权文件",
        Voucher = "voucher" "凭证号",
        BankReference = "bank_reference" "银行流水号",
        Reference = "reference" "编号或流水号",
        FunctionCode = "function_code" "支出功能分类",
        EconomyCode = "economy_code" "支出经济分类",
        PurposeCode = "purpose_code" "用途代码",
        Content = "content" "建设内容",
        PerformanceTarget = "performance_target" "绩效目标",
        Basis = "basis" "依据",
        Facts = "facts" "问题事实",
        Plan = "plan" "整改方案",
        Finding = "finding" "核验情况",
        Description = "description" "说明",
        Result = "result" "结果",
        Authority = "authority" "批准机关",
        Terms = "terms" "约定",
        Remark = "remark" "备注",
        Reason = "reason" "原因",
    }
}

/// Takes back the amount that a record stated 冲销: the same amount, the other way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordReversal {
    /// What the record is mainly about.
    pub subject: Subject,
    /// The record's place in the ledger.
    pub seq: u64,
    /// Its amount, stated again.
    pub amount_fen: Fen,
    /// What was wrong.
    pub reason: Text,
    /// The event that is reversed. Filled in by the server from its own log, never by the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub original: Option<Box<Event>>,
}

/// Puts another wording in the place of a record's 更正: no amount, no party, no date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordCorrection {
    /// What the record is mainly about.
    pub subject: Subject,
    /// The record's place in the ledger.
    pub seq: u64,
    /// Which of its fields.
    pub field: CorrectedField,
    /// What it should have said.
    pub to: Wording,
    /// What was wrong.
    pub reason: Text,
    /// The event that is corrected. Filled in by the server from its own log, never by the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub original: Option<Box<Event>>,
}

/// What may be asked of `record`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordCommand {
    /// `record.reverse`
    Reverse(RecordReversal),
    /// `record.correct`
    Correct(RecordCorrection),
}

/// What has happened to `record`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, crate::form::Form)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecordEvent {
    /// `record.reversed`
    Reversed(RecordReversal),
    /// `record.corrected`
    Corrected(RecordCorrection),
}

crate::noun! { "record" Record RecordCommand RecordEvent
    Reverse "reverse" => Reversed "reversed",
    Correct "correct" => Corrected "corrected",
}

impl RecordCommand {
    /// The record that must be looked up before this can be decided.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        match self {
            RecordCommand::Reverse(reversal) => reversal.seq,
            RecordCommand::Correct(correction) => correction.seq,
        }
    }

    /// What that record says, once looked up.
    #[must_use]
    pub fn original(&self) -> Option<&Event> {
        match self {
            RecordCommand::Reverse(reversal) => reversal.original.as_deref(),
            RecordCommand::Correct(correction) => correction.original.as_deref(),
        }
    }

    /// Puts in what was looked up; nothing, if there is no such record.
    fn recall(&mut self, found: Option<Event>) {
        let original = match self {
            RecordCommand::Reverse(reversal) => &mut reversal.original,
            RecordCommand::Correct(correction) => &mut correction.original,
        };
        *original = found.map(Box::new);
    }
}

/// The amount that a reversal of a record would take back; none for what is not reversed, because
/// it states no amount of its own.
#[must_use]
pub fn reversible(event: &Event) -> Option<crate::money::Fen> {
    amend::Amend::reversible(event)
}

impl Command {
    /// The command with the record that it puts right, as `look_up` finds it in the log: what a
    /// caller says of that record is not believed. Any other command as it stands.
    ///
    /// # Errors
    /// Those of `look_up`.
    pub fn recalled<E>(
        &self,
        look_up: impl FnOnce(u64) -> Result<Option<Event>, E>,
    ) -> Result<Cow<'_, Command>, E> {
        let Command::Record(asked) = self else {
            return Ok(Cow::Borrowed(self));
        };
        let mut asked = asked.clone();
        asked.recall(look_up(asked.seq())?);
        Ok(Cow::Owned(Command::Record(asked)))
    }
}
