//! A good verdict in words.

use crate::{Complete, Report, Trusted, Unproved, Verdict};

impl Report {
    /// What is proved, on whose word, through which position, and what is not; line by line, in
    /// Chinese and English.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        // Whoever reads no further has read the worst of it.
        let verdict = match self.verdict() {
            Verdict::Holds => "核验通过 · holds",
            Verdict::NotProvenComplete => "未证明齐全 · not proven complete",
            Verdict::PagesNotCompared => "页面未核对 · pages not compared",
        };
        let mut lines = vec![format!(
            "{verdict}: {} {} · {}, {} 条记录 · records",
            self.question.zh(),
            self.question.subject().0,
            self.question.en(),
            self.records
        )];
        lines.push(format!(
            "  账本 · ledger {} 截至 · through seq {} position {} {}",
            self.ledger, self.through.seq, self.through.position, self.through.hash
        ));
        lines.push(format!(
            "  日志 · log {} 检查点 · checkpoint {} {}",
            self.checkpoint.origin(),
            self.checkpoint.size(),
            self.checkpoint.root().to_base64()
        ));
        lines.push(self.trusted.line());
        lines.push(
            "  金额与状态已由包内记录重新算出,与所载相符 · amounts and states were computed again \
             from the records inside, and are those that are stated"
                .to_owned(),
        );
        self.completeness(&mut lines);
        self.incompleteness(&mut lines);
        if !self.pages {
            lines.push(
                "  注意:两份页面和 README.txt 的版本不同,未核对;请勿以其为据 · the two pages and \
                 README.txt are of another version and were not compared: believe nothing in them"
                    .to_owned(),
            );
        }
        if self.opened > 0 {
            lines.push(format!(
                "  已用字段密钥打开 {0} 处密封文字 · {0} sealed texts opened by field keys",
                self.opened
            ));
        }
        lines.push(format!(
            "  佐证文件 · evidence files: 随包 {0} 个,相符 · {0} here and sound; 未随包 {1} 个 · {1} \
             named and not here",
            self.files,
            self.files_not_here.len()
        ));
        if !self.not_included.is_empty() {
            lines.push(format!(
                "  另有 {0} 个被提到的对象未收入其记录 · {0} named by records and not included",
                self.not_included.len()
            ));
        }
        lines.push(
            "  不证明所登记的情况属实 · it is not proved that what was recorded is true".to_owned(),
        );
        lines
    }

    /// What may have been left out.
    fn incompleteness(&self, lines: &mut Vec<String>) {
        if let Some(through) = self.sealed_before() {
            lines.push(format!(
                "  注意:封存只到位置 {through},答复用到位置 {last},其间的记录可能被略去 · the seal \
                 ends at position {through} and the answer knows position {last}: records between \
                 them may have been left out",
                last = self.through.position
            ));
        }
        for it in &self.unproved {
            lines.push(match it {
                Unproved::Payee(payee) => format!(
                    "  注意:包内没有收款方 {0} 的登记记录,可能被略去;已说明与未说明的金额随之不同 · the \
                     registration of the payee {0} is not here and may have been left out: what is \
                     explained and what is not would be others",
                    payee.0
                ),
                Unproved::Feedback(round) => format!(
                    "  注意:包内没有来源 {0} 的反馈记录,可能被略去;整改期限自交办之日起算 · the feedback of \
                     the round {0} is not here and may have been left out: due dates run from \
                     the issue",
                    round.0
                ),
                Unproved::Figure(place) => format!(
                    "  注意:{place} 取决于未封存的记录 · {place} rests on records that no seal covers"
                ),
            });
        }
        if self.has_unsealed() {
            lines.push(
                "  注意:未封存的对象可能有记录被略去,金额与状态随之不同 · of a subject without a seal \
                 records may have been left out, and amounts and states would be others"
                    .to_owned(),
            );
        }
    }

    fn completeness(&self, lines: &mut Vec<String>) {
        for subject in &self.subjects {
            let (kind_zh, kind, id) = (subject.kind.zh(), subject.kind.word(), subject.subject.0);
            let count = subject.records;
            let text = match subject.complete {
                Complete::Asserted(through) => format!(
                    "齐全至位置 {through},由服务方声明,全量扫描可推翻 · complete through position \
                     {through}, asserted by the server, refutable by a full scan"
                ),
                Complete::Confirmed(through) => {
                    let names = self.replayed_by.join(", ");
                    format!(
                        "齐全至位置 {through},经重放全部记录的见证方 {names} 确认 · complete through \
                         position {through}, confirmed by replaying witness {names}"
                    )
                }
                Complete::NotShown => "未证明齐全 · not shown to be complete".to_owned(),
            };
            lines.push(format!(
                "  {kind_zh} · {kind} {id}: {count} 条 · records; {text}"
            ));
        }
    }
}

impl Trusted {
    /// On whose word, in Chinese and English.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Trusted::OwnWord(key) => format!(
                "  注意:未给出公钥,只按包内自带的公钥核验,公钥是否属实须另行查证 · no key was \
                 given: the key is the package's own word: {key}"
            ),
            Trusted::Keys(names) => format!(
                "  由所给公钥签名 · signed by the keys given: {}",
                names.join(", ")
            ),
            Trusted::Policy(witnesses) => {
                let witnesses = witnesses
                    .iter()
                    .map(|(name, time_s)| {
                        let us = time_s.saturating_mul(1_000_000);
                        format!("{name} ({})", crate::html::moment(us))
                    })
                    .collect::<Vec<_>>()
                    .join(", ");
                format!("  符合所给策略,见证方 · accepted by the policy; witnesses: [{witnesses}]")
            }
        }
    }
}
