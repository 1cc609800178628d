//! What the pages call things. In English a field's own name says it; in Chinese it stands here.

mod fields;

use fields::FIELDS;

/// Nouns and verbs of events, in Chinese.
const NOUNS: &[(&str, &str)] = &[
    ("account", "账户"),
    ("bank_line", "银行流水"),
    ("campaign", "回头看"),
    ("claim", "报账"),
    ("contract", "合同"),
    ("contribution", "配套自筹"),
    ("cycle", "调度周期"),
    ("entry", "双人录入"),
    ("evidence", "佐证"),
    ("fund", "资金批次"),
    ("import", "导入"),
    ("item", "整改事项"),
    ("ledger", "账本"),
    ("list", "清单"),
    ("log", "日志"),
    ("milestone", "项目节点"),
    ("organisation", "机构"),
    ("overlay", "战区"),
    ("payment", "支付"),
    ("pledge", "责任状"),
    ("project", "项目"),
    ("receipt", "入户核实"),
    ("record", "冲销更正"),
    ("round", "轮次"),
    ("subject", "人员(户)"),
    ("token", "令牌"),
];

const VERBS: &[(&str, &str)] = &[
    ("acceptance_failed", "验收不通过"),
    ("accepted", "验收通过"),
    ("accountability_recorded", "追究问责"),
    ("acknowledged", "签收"),
    ("added", "登记"),
    ("adjusted", "调剂"),
    ("allocated", "分解下达"),
    ("amended", "变更"),
    ("announced", "下达文件"),
    ("approved", "批准"),
    ("arrived", "到位"),
    ("assessed", "考核"),
    ("awarded", "中标"),
    ("begun", "开始"),
    ("care_assigned", "落实管护"),
    ("carried_over", "结转"),
    ("cash_paid", "付出现金"),
    ("cash_received", "收到现金"),
    ("changed", "变更"),
    ("checked", "核查"),
    ("closed", "销号/关闭"),
    ("closed_not_implemented", "未实施销号"),
    ("closure_imported", "转入已销号"),
    ("closure_request_withdrawn", "撤回申请销号"),
    ("closure_requested", "申请销号"),
    ("completed", "完工/完成"),
    ("confirmed", "确认"),
    ("contributed_in_kind", "实物投劳"),
    ("corrected", "更正"),
    ("countersigned", "会签"),
    ("custody_agreed", "约定保管"),
    ("custody_released", "解除保管"),
    ("declared", "申报"),
    ("defined", "设定"),
    ("discarded", "作废"),
    ("dispatch_held", "调度"),
    ("drafted", "拟定"),
    ("dropped", "作废"),
    ("entered", "录入"),
    ("entered_library", "入库"),
    ("erased", "删除个人信息"),
    ("evidence_added", "提交佐证"),
    ("evidence_retracted", "撤回佐证"),
    ("extension_granted", "同意延期"),
    ("extension_refused", "不同意延期"),
    ("extension_requested", "申请延期"),
    ("feedback_delivered", "反馈问题"),
    ("final_account_approved", "批复决算"),
    ("finances_reviewed", "财务审核"),
    ("frozen", "冻结总体"),
    ("gate_checked", "关口核查"),
    ("handed_over", "移交"),
    ("instructed", "下达支付"),
    ("interest_credited", "结息"),
    ("issued", "交办"),
    ("key_introduced", "启用密钥"),
    ("lead_transferred", "移交牵头"),
    ("letter_sent", "发函"),
    ("line_added", "录入一行"),
    ("long_term_approved", "批准长期整改"),
    ("long_term_continued", "继续持续整改"),
    ("long_term_reviewed", "复核长期整改"),
    ("lookback_failed", "回头看不通过"),
    ("lookback_passed", "回头看通过"),
    ("measure_added", "增加措施"),
    ("measure_changed", "调整措施"),
    ("measure_finished", "措施完成"),
    ("member_added", "加入"),
    ("member_removed", "退出"),
    ("merged", "并案"),
    ("objection_upheld", "异议成立"),
    ("opened", "开立"),
    ("overlap_linked", "关联交叉重复"),
    ("overlap_unlinked", "取消交叉重复"),
    ("period_prepared", "封账准备"),
    ("period_reopened", "重新开账"),
    ("period_signed_off", "封账"),
    ("plan_approved", "批准方案"),
    ("plan_returned", "退回方案"),
    ("plan_submitted", "提交方案"),
    ("planned", "计划"),
    ("pledged", "承诺"),
    ("policy_set", "设定制度"),
    ("progress_noted", "登记进展"),
    ("proposed", "拟录"),
    ("reassigned", "转办"),
    ("received", "到位"),
    ("reclaimed", "收回"),
    ("reclassified", "调账"),
    ("recovery_demanded", "追缴通知"),
    ("recovery_offset", "抵扣追回"),
    ("recovery_received", "追回到账"),
    ("recovery_waived", "免予追缴"),
    ("recusal_declared", "申报回避"),
    ("refuted", "认定不属实"),
    ("registered", "登记"),
    ("reissued", "补发"),
    ("rejected", "驳回"),
    ("removed", "出库"),
    ("renamed", "更名"),
    ("replanned", "调整计划"),
    ("reported", "上报进度"),
    ("resolved", "确定来源"),
    ("restricted", "限制查阅个人信息"),
    ("restriction_lifted", "解除查阅限制"),
    ("resumed", "恢复"),
    ("retention_released", "退还质保金"),
    ("retention_withheld", "扣留质保金"),
    ("retracted", "撤回"),
    ("returned", "退回"),
    ("returned_for_rework", "退回重办"),
    ("revealed", "揭示种子"),
    ("reversed", "冲销"),
    ("reviewed", "评审"),
    ("reviewed_in_town", "乡镇初审"),
    ("revoked", "撤销"),
    ("settled", "到账"),
    ("settlement_audited", "结算审计"),
    ("signed", "签订"),
    ("site_visited", "现场查看"),
    ("split", "拆分"),
    ("stage_reached", "达到付款节点"),
    ("started", "开工/启动"),
    ("state_recorded", "登记状态"),
    ("subjects_sealed", "封存主体"),
    ("submitted", "提交"),
    ("supervision_held", "督查"),
    ("suspended", "中止"),
    ("taken_over", "建账前转入"),
    ("technically_reviewed", "技术审核"),
    ("tendered", "招标"),
    ("terminated", "终止"),
    ("transferred", "划转"),
    ("verified", "核验"),
    ("withdrawn", "撤回"),
    ("year_planned", "编入年度计划"),
];

fn find(table: &'static [(&str, &str)], word: &str) -> Option<&'static str> {
    let found = table.iter().find(|(known, _)| *known == word);
    found.map(|(_, zh)| *zh)
}

/// A field's name as a heading.
pub(crate) fn field(name: &str, zh: bool) -> String {
    let short = name.strip_suffix("_fen").unwrap_or(name);
    let known = find(FIELDS, name).or_else(|| find(FIELDS, short));
    known
        .filter(|_| zh)
        .map_or_else(|| plain(short), str::to_owned)
}

/// What happened, from the word of an event, in Chinese or in English.
#[must_use]
pub fn event(word: &str, zh: bool) -> String {
    let (noun, verb) = word.split_once('.').unwrap_or((word, ""));
    if !zh {
        return format!("{} {}", plain(noun), plain(verb));
    }
    let noun = find(NOUNS, noun).unwrap_or(noun);
    format!("{noun} · {}", find(VERBS, verb).unwrap_or(verb))
}

/// A word as a person writes it.
pub(crate) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_event_has_its_words_in_chinese() {
        for word in ledger::Event::WORDS.concat() {
            let (noun, verb) = word.split_once('.').unwrap();
            assert!(find(NOUNS, noun).is_some(), "{noun}");
            assert!(find(VERBS, verb).is_some(), "{verb}");
        }
    }

    fn names(value: &Value, found: &mut BTreeSet<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            found.insert(name.clone());
            names(value, found);
        }
        for value in value.as_array().into_iter().flatten() {
            names(value, found);
        }
    }

    #[test]
    fn every_field_of_every_published_fact_has_its_name_in_chinese() {
        let vectors = include_str!("../../../proto/vectors/bodies-v1.txt");
        let mut found = BTreeSet::new();
        let objects = vectors
            .lines()
            .filter_map(|line| line.get(line.find('{')?..));
        for object in objects {
            names(
                &serde_json::from_str(object).unwrap_or(Value::Null),
                &mut found,
            );
        }
        assert!(found.len() > 200, "{}", found.len());
        let lacks = |name: &String| field(name, true).is_ascii() && name != "sha256";
        let lacking: Vec<_> = found.into_iter().filter(lacks).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
