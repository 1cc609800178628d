//! `fundtrace key`: keys that sign checkpoints, of logs and of witnesses.

use super::print_line;
use crate::key;
use anyhow::Context;
use chain::{Cosigner, Signer, VerifierKey};
use clap::Subcommand;
use std::path::PathBuf;

/// What to do with keys.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 生成密钥 · Make a key, write it into a new file and print the public one
    New(NewArgs),
    /// 显示公钥 · Print the public key of a file
    Show(ShowArgs),
}

#[derive(Debug, clap::Args)]
struct NewArgs {
    /// 日志或见证者的名称,如 county.example/log · The name of the log (its origin) or of the witness,
    /// such as county.example/log
    #[arg(long)]
    name: String,
    /// 见证者密钥 · The key of a witness instead of a log's
    #[arg(long)]
    witness: bool,
    /// 新文件,放在数据目录之外 · The new file; keep it outside the data directory
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// 密钥文件 · The key file
    file: PathBuf,
}

pub(super) fn run(args: &KeyArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::New(args) => new(args),
        Action::Show(args) => {
            print_line(&verifier(&key::read(&args.file)?)?.to_string());
            Ok(())
        }
    }
}

fn new(args: &NewArgs) -> anyhow::Result<()> {
    let verifier = if args.witness {
        key::make_witness(&args.file, &args.name)?
    } else {
        key::make(&args.file, &args.name)?
    };
    print_line(&verifier.to_string());
    Ok(())
}

/// The public half of whichever key the text is.
fn verifier(text: &str) -> anyhow::Result<VerifierKey> {
    let log = Signer::from_text(text).map(|key| key.verifier().clone());
    match log {
        Err(chain::KeyError::OtherKind { .. }) => Ok(Cosigner::from_text(text)?.verifier().clone()),
        Ok(_) | Err(_) => log.context("not a key file"),
    }
}
