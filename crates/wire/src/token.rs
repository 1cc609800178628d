//! `token` in protobuf.

use crate::generated as pb;
use ledger::token::*;

choice!(Role {
    Administrator,
    Inspector,
    Finance,
    Rectification,
    Reader,
    Witness
});
record!(TokenGrant {
    token,
    person,
    name,
    organisation,
    roles,
    ledgers,
    secret_hash,
    expires_on
});
record!(TokenRevocation { token, reason });
noun!(
    TokenCommand,
    token_command,
    command,
    Command { Issue, Revoke }
);
noun!(TokenEvent, token_event, event, Event { Issued, Revoked });
