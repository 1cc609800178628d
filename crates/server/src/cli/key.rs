//! `fundtrace key`: the keys of logs and of witnesses.

use super::print_line;
use crate::key;
use std::path::PathBuf;

/// What to do with a key.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// 生成密钥 · Make a key in a new file, and print its public half
    New {
        /// 日志或见证方的名称,如 某县域名/log · The name of the log or of the witness: a domain
        /// and a path, without a scheme
        #[arg(long)]
        name: String,
        /// 见证方的密钥 · The key of a witness, not of a log
        #[arg(long)]
        witness: bool,
        /// 密钥文件,只有属主可读 · The file; only its owner may read it
        file: PathBuf,
    },
    /// 显示公钥 · Print the public half of a key
    Show {
        /// 密钥文件 · The file
        file: PathBuf,
    },
}

pub(super) fn run(args: &KeyArgs) -> anyhow::Result<()> {
    let vkey = match &args.action {
        Action::New {
            name,
            witness: false,
            file,
        } => key::create(file, name)?,
        Action::New {
            name,
            witness: true,
            file,
        } => key::create_witness(file, name)?,
        Action::Show { file } => key::public(file)?,
    };
    print_line(&vkey);
    Ok(())
}
