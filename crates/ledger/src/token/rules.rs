//! Who may come in.

#[cfg(test)]
mod tests;

use super::{TokenCommand, TokenEvent, TokenGrant};
use crate::context::{Actor, Context};
use crate::rejection::Rejection;
use crate::{Books, Event};
use jiff::civil::Date;

/// A token as it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, crate::form::Form)]
pub struct Token {
    /// What was granted.
    pub grant: TokenGrant,
    /// Taken back.
    pub revoked: bool,
    /// How many records have been about it.
    pub version: u32,
}

impl Token {
    /// True if it opens doors on `today`.
    #[must_use]
    pub fn is_good(&self, today: Date) -> bool {
        let expired = self
            .grant
            .expires_on
            .and_then(|date| date.last())
            .is_some_and(|d| d < today);
        !self.revoked && !expired
    }
}

pub(crate) fn decide(
    books: &Books,
    _context: &Context,
    command: &TokenCommand,
) -> Result<Vec<Event>, Rejection> {
    match command {
        TokenCommand::Issue(grant) => {
            if books.tokens.contains(grant.token) {
                let subject = grant.token.into();
                return Err(Rejection::AlreadyExists {
                    field: "token",
                    subject,
                });
            }
            if grant.person == Actor::DEPLOYMENT.person {
                return Err(Rejection::BadField {
                    field: "person",
                    why: "it stands for the deployment itself",
                    why_zh: "该标识代表系统自身,不能发给个人",
                });
            }
            if grant.roles.is_empty() {
                return Err(Rejection::BadField {
                    field: "roles",
                    why: "a token needs at least one role",
                    why_zh: "令牌至少要有一个角色",
                });
            }
        }
        TokenCommand::Revoke(revocation) => match books.tokens.get(revocation.token) {
            None => {
                let subject = revocation.token.into();
                return Err(Rejection::NotFound {
                    field: "token",
                    subject,
                });
            }
            Some(token) if token.revoked => {
                return Err(Rejection::BadTransition {
                    state: "revoked",
                    state_zh: "已吊销",
                    step: "token.revoke",
                });
            }
            Some(_) => {}
        },
    }
    // After this point the command succeeds.
    Ok(vec![command.clone().into_event()])
}

pub(crate) fn breaches(_: &Books, _: &Context, _: &TokenEvent) -> Vec<Rejection> {
    Vec::new()
}

pub(crate) fn apply(books: &mut Books, _context: &Context, event: &TokenEvent) {
    match event {
        TokenEvent::Issued(grant) => {
            let token = Token {
                grant: grant.clone(),
                revoked: false,
                version: 1,
            };
            books.tokens.put(grant.token, token);
        }
        TokenEvent::Revoked(revocation) => {
            if let Some(token) = books.tokens.get_mut(revocation.token) {
                token.revoked = true;
                token.version = token.version.saturating_add(1);
            }
        }
    }
}
