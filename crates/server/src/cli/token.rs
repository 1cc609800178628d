//! `fundtrace token`: offline, on a data directory that no server has open.

use super::{Kept, print_line};
use crate::identity::TokenKey;
use crate::serve::beside;
use clap::Subcommand;
use ledger::date::BusinessDate;
use ledger::ids::{LedgerId, OrganisationId, PersonId, TokenId};
use ledger::personal::PersonalText;
use ledger::text::Text;
use ledger::token::{Role, TokenCommand, TokenGrant, TokenRevocation};
use ledger::{Actor, Command, Intake, Submission};
use sequencer::{Caller, Handle, Request};
use store::Register;
use uuid::Uuid;

/// What to do with tokens.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 签发令牌,只显示一次 · Create a token; it is shown once
    Create(CreateArgs),
    /// 吊销令牌 · Revoke a token
    Revoke(RevokeArgs),
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    kept: Kept,
    /// 人员编号(不填则新建) · The person's id; a new one if left out
    #[arg(long)]
    person: Option<Uuid>,
    /// 人员姓名(加密保存) · The person's name; stored sealed
    #[arg(long)]
    name: Option<String>,
    /// 所属机构编号(不填则新建) · The organisation's id; a new one if left out
    #[arg(long)]
    organisation: Option<Uuid>,
    /// 角色,可重复 · A role; may be repeated
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    /// 可访问的账本,可重复;不填为全部 · A ledger; may be repeated; all if left out
    #[arg(long = "ledger")]
    ledgers: Vec<Uuid>,
    /// 令牌密钥文件丢失时重新生成,此前的令牌全部失效 · Make a new token key where it was lost; all
    /// earlier tokens become void
    #[arg(long)]
    replace_key: bool,
    /// 有效期至 · The last day on which it is good
    #[arg(long)]
    expires_on: Option<BusinessDate>,
}

#[derive(Debug, clap::Args)]
struct RevokeArgs {
    #[command(flatten)]
    kept: Kept,
    /// 令牌编号 · The token's id
    token: Uuid,
    /// 原因 · Why
    #[arg(long)]
    reason: String,
}

fn role(word: &str) -> Result<Role, String> {
    let known = || {
        Role::ALL
            .iter()
            .map(|role| role.word())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = Role::ALL.iter().find(|role| role.word() == word).copied();
    found.ok_or_else(|| format!("\"{word}\" is not a role; known are: {}", known()))
}

pub(super) fn run(args: &TokenArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::Create(args) => create(args),
        Action::Revoke(args) => revoke(args),
    }
}

fn create(args: &CreateArgs) -> anyhow::Result<()> {
    let started = open(&args.kept, false)?;
    let name = args.name.clone().map(PersonalText::clear).transpose();
    let grant = Grant {
        person: PersonId(args.person.unwrap_or_else(Uuid::new_v4)),
        name: name.map_err(|error| anyhow::anyhow!("--name: {error}"))?,
        organisation: OrganisationId(args.organisation.unwrap_or_else(Uuid::new_v4)),
        roles: args.roles.clone(),
        ledgers: args.ledgers.iter().copied().map(LedgerId).collect(),
        expires_on: args.expires_on,
    };
    let (person, organisation) = (grant.person, grant.organisation);
    let system = started.handle.slot(started.handle.system());
    let issued = system.is_some_and(|slot| !slot.view().books.tokens.is_empty());
    let key = TokenKey::open(&args.kept.data.dir, issued && !args.replace_key)?;
    let (token, id) = issue(&started.handle, &key, grant)?;
    print_line(&token);
    super::eprint_line(&format!(
        "令牌编号 · token {id}\n人员 · person {person}\n机构 · organisation {organisation}\n\
         请妥善保存,令牌不会再次显示 · keep it: it is not shown again"
    ));
    finish(started);
    Ok(())
}

fn revoke(args: &RevokeArgs) -> anyhow::Result<()> {
    let started = open(&args.kept, false)?;
    let revocation = TokenRevocation {
        token: TokenId(args.token),
        reason: Text::new(args.reason.as_str())?,
    };
    let command = Command::Token(TokenCommand::Revoke(revocation));
    record(&started.handle, started.handle.system(), command)?;
    print_line("已吊销 · revoked");
    finish(started);
    Ok(())
}

/// A data directory without a server. Its log must continue what the register says, as for a
/// server; the register `may_lack` where nothing is to be written.
pub(super) fn open(kept: &Kept, may_lack: bool) -> anyhow::Result<sequencer::Started> {
    let dir = &kept.data.dir;
    crate::serve::make_private(dir)?;
    let register = kept.register.clone();
    let register = Register::at(&register.unwrap_or_else(|| beside(dir, "head")));
    let clock = sequencer::machine();
    Ok(sequencer::start_beside(dir, clock, register, may_lack)?)
}

/// Waits until the writer has let go of the log.
pub(super) fn finish(started: sequencer::Started) {
    drop(started.handle);
    let _ = started.writer.join();
}

/// Who may do what with a new token.
pub struct Grant {
    /// Who bears it.
    pub person: PersonId,
    /// Their name; stored sealed.
    pub name: Option<PersonalText>,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Where; empty means everywhere.
    pub ledgers: Vec<LedgerId>,
    /// Until when.
    pub expires_on: Option<BusinessDate>,
}

/// Issues a token in the `system` ledger and gives its text, which is stored nowhere.
///
/// # Errors
/// It was refused, or could not be stored.
pub fn issue(handle: &Handle, key: &TokenKey, grant: Grant) -> anyhow::Result<(String, TokenId)> {
    let token = key.make()?;
    let grant = TokenGrant {
        token: token.id,
        person: grant.person,
        name: grant.name,
        organisation: grant.organisation,
        roles: grant.roles,
        ledgers: grant.ledgers,
        secret_hash: token.secret_hash,
        expires_on: grant.expires_on,
    };
    record(
        handle,
        handle.system(),
        Command::Token(TokenCommand::Issue(grant)),
    )?;
    Ok((token.text, token.id))
}

/// Records a command as the operator of the machine: whoever can open the data directory can
/// already do everything with it, so no token is asked for; the record says that it was so.
pub(super) fn record(handle: &Handle, ledger: LedgerId, command: Command) -> anyhow::Result<()> {
    let operator = Actor {
        person: PersonId(Uuid::nil()),
        organisation: OrganisationId(Uuid::nil()),
    };
    let today = ledger::date::civil_day(sequencer::wall_us());
    let submission = Submission {
        command_id: Uuid::new_v4(),
        expected_version: None,
        intake: Intake::Control,
        occurred_on: BusinessDate::day(today),
        documents: Vec::new(),
        correlation_id: None,
        command,
    };
    let caller = Caller {
        actor: operator,
        roles: vec![Role::Administrator],
    };
    let request = Request {
        ledger,
        caller,
        submissions: vec![submission],
        atomic: false,
    };
    for answer in handle.submit_blocking(request)? {
        answer?;
    }
    Ok(())
}
