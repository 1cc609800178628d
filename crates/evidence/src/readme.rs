//! `README.txt`: for whoever unpacks a package and has never heard of us.

/// The same in every package with pages of this version: another text is another version of the
/// pages. `proto/README.md` states its SHA-256.
pub(crate) const README: &str = "\
资金与整改留痕 · 证据包                                fundtrace evidence package
格式 format: fundtrace-package/v1

一、这是什么
本包回答一个问题(某资金批次、支付、项目、整改事项或资金去向),并附上所依据的全部记录原文、
每条记录在日志中的证明、经签名的检查点,以及由这些记录算出的金额和状态。
先看 report.zh.html(可直接打印)。

二、它证明什么
1. records/ 内每条记录自写入后一字未改,且确在检查点所签名的日志之中。
2. answer.json 与两份页面所载金额、状态,可由包内记录重新算出;核验程序会逐项重算。
3. 对 seals.json 所列主体,截至所载位置的记录一条不缺。此项由服务方声明,任何人全量扫描日志
   即可推翻;若核验者确知某见证方重放全部记录后才联署,则由其联署确认(--replaying)。

三、它不证明什么
1. 不证明当事人所报情况属实,也不证明佐证文件的内容属实;只证明何时由谁如此登记。
2. 不证明封存位置之后没有更多记录。
3. 不证明包内所载公钥确属该机关:请另从可靠渠道取得公钥或见证策略,再行核验。

四、如何核验(无需网络,无需数据库)
  fundtrace verify PACKAGE.zip --key '日志公钥'
  fundtrace verify PACKAGE.zip --policy 策略文件 [--replaying '见证方公钥']
也可不用本产品:格式见源代码 proto/README.md“An evidence package”一节,
并附有仅用 Python 标准库及 blake3 包写成的核验程序。
proofs/ 中每个文件都是 C2SP tlog-proof,可由其他软件单独核验。

1. What this is
It answers one question (about a fund batch, a payment, a project, a rectification item, or where
the money of a batch went), and holds every record that the answer rests on, byte for byte, a proof
for each that it is in the log, the signed checkpoint, and the amounts and states that follow from
the records. Begin with report.en.html; it prints on A4.

2. What it proves
a. Not a byte of a record in records/ was changed since it was written, and each is in the log that
   the checkpoint's signature covers.
b. The amounts and states in answer.json and on both pages follow from the records inside; whoever
   verifies computes them again.
c. Of the subjects in seals.json no record is missing, through the position that is stated. The
   server asserts this, and anybody who scans the whole log can refute it; where a witness has
   cosigned of whom you know that it replays every record, that confirms it (--replaying).

3. What it does not prove
a. That what somebody recorded is true, or that an evidence file shows what it is said to show: only
   who recorded it and when.
b. That there are no further records after the position of the seal.
c. That the key in the package belongs to the office that it names: get the key, or a policy of
   witnesses, from somewhere else.

4. How to check it, with no network and no database
  fundtrace verify PACKAGE.zip --key 'the key of the log'
  fundtrace verify PACKAGE.zip --policy FILE [--replaying 'the key of a witness']
Or without this product: proto/README.md of its source, \"An evidence package\", is enough to write
a verifier, and there is one in Python that needs the package blake3 alone.
Each file in proofs/ is a C2SP tlog-proof that other software can check by itself.

files
  manifest.json        the question, the subjects, SHA-256 of every other file
  records/P.bin        the record at position P of the log: header of 156 bytes, then the body
  proofs/P.tlog-proof  its C2SP tlog-proof
  checkpoint           the signed checkpoint, a C2SP signed note
  seals.json           where the subjects stand under a seal
  answer.json          the stated amounts (in fen, 1/100 yuan) and states
  report.*.html        the same for people
  keys.json            keys that open single sealed names, where they are disclosed
  files/               evidence files by their SHA-256, where they are included
";
