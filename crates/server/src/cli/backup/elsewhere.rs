//! What is known of a log elsewhere than in its backup: by its register, and by its witnesses.

use crate::cli::{eprint_line, print_line};
use crate::witnesses;
use anyhow::{Context, bail, ensure};
use chain::{Checkpoint, Note, Policy, VerifierKey};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Register;

/// How long a witness may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// The longest checkpoint that is read, in bytes: a hundred lines of cosignatures.
const ANSWER_LEN_MAX: u64 = 64 * 1024;

/// What a backup calls its own register.
pub(super) const OWN_REGISTER: &str = "register";

/// By which keys a head is believed.
#[derive(Debug, clap::Args)]
pub(super) struct TrustArgs {
    /// 日志公钥,链头登记须由其签名 · The key of the log, by which the register must be signed
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifierKey>,
    /// 信任策略文件:链头登记须由其中的日志签名,并逐一询问其中的见证方 · A trust policy (C2SP
    /// tlog-policy): the register must be signed by a log of it, and its witnesses are asked
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// A head that the log had, and who says so.
pub(super) struct Head {
    pub(super) who: String,
    pub(super) checkpoint: Checkpoint,
}

/// The heads that are known, the register's first.
pub(super) struct Elsewhere {
    pub(super) heads: Vec<Head>,
    /// One of them at least is from outside the backup.
    pub(super) is_outside: bool,
}

/// Reads the register, or else the backup's own, and asks the witnesses.
///
/// # Errors
/// The register or the policy cannot be read, or is not signed as it must be; or a witness answers
/// what is none of its checkpoints.
pub(super) fn heads(
    register: Option<&Path>,
    own: &Path,
    trust: &TrustArgs,
) -> anyhow::Result<Elsewhere> {
    let policy = trust.policy.as_deref().map(read).transpose()?;
    let mut keys: Vec<&VerifierKey> = trust.key.iter().collect();
    if let Some(policy) = &policy {
        keys.extend(policy.logs().iter().map(|log| &log.key));
    }
    let mut heads = Vec::new();
    let path = register.unwrap_or(own);
    let read = Register::at(path).read()?;
    match (read, register) {
        (Some(read), _) => {
            let checkpoint = checkpoint(&read, &keys);
            let checkpoint = checkpoint.with_context(|| path.display().to_string())?;
            let who = match register {
                Some(_) => "链头登记 · the register".to_owned(),
                None => "备份内的链头登记 · the backup's own register".to_owned(),
            };
            heads.push(Head { who, checkpoint });
        }
        (None, Some(path)) => bail!("无链头登记 · no register at {}", path.display()),
        (None, None) => {}
    }
    let before = heads.len();
    if let Some(policy) = &policy {
        ask(policy, &mut heads)?;
    }
    Ok(Elsewhere {
        is_outside: register.is_some() || heads.len() > before,
        heads,
    })
}

fn read(path: &Path) -> anyhow::Result<Policy> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Policy::parse(&bytes).with_context(|| path.display().to_string())
}

/// A note that is a checkpoint, and signed by one of these keys where there are any.
fn checkpoint(note: &[u8], keys: &[&VerifierKey]) -> anyhow::Result<Checkpoint> {
    let note = Note::parse(note).context("it is no signed note")?;
    let checkpoint: Checkpoint = note.text().parse().context("it is no checkpoint")?;
    if keys.is_empty() {
        return Ok(checkpoint);
    }
    let of_log = |key: &&&VerifierKey| key.name() == checkpoint.origin();
    let of_log: Vec<&VerifierKey> = keys.iter().filter(of_log).copied().collect();
    ensure!(
        !of_log.is_empty(),
        "日志名称不符 · its origin is {}, which no key that is trusted has",
        checkpoint.origin()
    );
    let signed = note.verify(of_log);
    signed.context("未经该日志签名 · it is not signed by its log")?;
    Ok(checkpoint)
}

/// Asks every witness of the policy for the newest checkpoint that it has cosigned. So many have to
/// answer as have to cosign: fewer may not know of what the others have seen.
fn ask(policy: &Policy, heads: &mut Vec<Head>) -> anyhow::Result<()> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_TIME_MAX))
        .max_redirects(0)
        .build();
    let agent: ureq::Agent = config.into();
    let mut answered = BTreeSet::new();
    for witness in policy.witnesses() {
        let name = witness.key.name();
        let Some(url) = witnesses::prefix(witness)? else {
            eprint_line(&format!(
                "策略未写见证方地址,未与其比对 · the policy says no address of the witness {name}: it \
                 was not asked"
            ));
            continue;
        };
        for log in policy.logs() {
            let note = match newest(&agent, &url, log.key.name()) {
                Ok(Some(note)) => {
                    answered.insert(witness.key.to_string());
                    note
                }
                Ok(None) => {
                    answered.insert(witness.key.to_string());
                    print_line(&format!(
                        "见证方不知此日志 · witness {name} knows nothing of this log"
                    ));
                    continue;
                }
                Err(error) => {
                    eprint_line(&format!(
                        "见证方未应答,未与其比对 · witness {name} was not asked: {error:#}"
                    ));
                    continue;
                }
            };
            let checkpoint = cosigned(&note, &log.key, &witness.key);
            heads.push(Head {
                who: format!("见证方 · witness {name}"),
                checkpoint: checkpoint.with_context(|| format!("witness {name}"))?,
            });
        }
    }
    ensure!(
        policy.is_met_by(|witness| answered.contains(&witness.key.to_string())),
        "应答的见证方未达策略要求,未作恢复 · too few witnesses of the policy have answered, and nothing is \
         restored: wait for them, or leave --policy out and compare the heads by hand"
    );
    Ok(())
}

fn cosigned(note: &[u8], log: &VerifierKey, witness: &VerifierKey) -> anyhow::Result<Checkpoint> {
    let checkpoint = checkpoint(note, &[log])?;
    let note = Note::parse(note).context("it is no signed note")?;
    let signed = note.verify([witness]);
    signed.context("it is not cosigned by this witness")?;
    Ok(checkpoint)
}

/// The newest checkpoint of a log that a witness has; nothing if it has none.
fn newest(agent: &ureq::Agent, url: &str, origin: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let name = witness::origin_hash(origin);
    let mut response = agent.get(format!("{url}/{name}/checkpoint")).call()?;
    let status = response.status().as_u16();
    if status == 404 {
        return Ok(None);
    }
    ensure!(status == 200, "it answers {status}");
    let body = response.body_mut().with_config().limit(ANSWER_LEN_MAX);
    Ok(Some(body.read_to_vec()?))
}
