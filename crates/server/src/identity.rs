//! Who asks: a bearer token, of which only a keyed hash is stored.
//!
//! A token is `ft1.<token id>.<secret>`; the secret is 32 random bytes in hexadecimal. The `system`
//! ledger holds BLAKE3 `keyed_hash(key, secret)`, and the key is a file of its own, so that neither
//! the log nor the key alone lets anybody in.

use crate::problem::Problem;
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use ledger::digest::Digest;
use ledger::ids::{LedgerId, TokenId};
use ledger::token::{Role, TokenGrant};
use sequencer::{Caller, Sight};
use std::future::{Ready, ready};
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// Only tokens of this form are ours.
const PREFIX: &str = "ft1";

/// A newly made token: what is shown once, and what is stored.
pub struct NewToken {
    /// The whole token, for its bearer.
    pub text: String,
    /// Its public half.
    pub id: TokenId,
    /// The keyed hash of its secret half.
    pub secret_hash: Digest,
}

/// The key under which tokens' secrets are hashed: 32 bytes in a file of its own.
#[derive(Clone, Copy)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// Reads the key of a data directory, or makes one. `issued` says that tokens exist: then a
    /// key that is gone has been lost, and a new one would lock everybody out without a word.
    ///
    /// # Errors
    /// The file cannot be read or written, is not 32 bytes, or was lost.
    pub fn open(dir: &Path, issued: bool) -> anyhow::Result<TokenKey> {
        let path = dir.join("token.key");
        if let Ok(bytes) = std::fs::read(&path) {
            let key = bytes.as_slice().try_into();
            let wrong = |_| anyhow::anyhow!("{} does not have 32 bytes", path.display());
            return key.map(TokenKey).map_err(wrong);
        }
        anyhow::ensure!(
            !issued,
            "{} is gone, and without it no token is good; restore it from a backup, or make a new \
             one with `fundtrace token create --replace-key`, which makes all earlier tokens void",
            path.display()
        );
        let key = random()?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        file.write_all(&key)?;
        file.sync_all()?;
        std::fs::File::open(dir)?.sync_all()?;
        Ok(TokenKey(key))
    }

    /// Makes a token.
    ///
    /// # Errors
    /// The operating system gives no random numbers.
    pub fn make(&self) -> anyhow::Result<NewToken> {
        let secret: [u8; 32] = random()?;
        let id = TokenId(Uuid::new_v4());
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = format!("{PREFIX}.{}.{hex}", id.0.simple());
        Ok(NewToken {
            text,
            id,
            secret_hash: self.hash(&hex),
        })
    }

    fn hash(&self, secret: &str) -> Digest {
        Digest(*blake3::keyed_hash(&self.0, secret.as_bytes()).as_bytes())
    }

    /// True if `secret` is the one whose hash was stored; takes the same time either way.
    fn fits(&self, secret: &str, stored: &Digest) -> bool {
        blake3::Hash::from_bytes(self.hash(secret).0) == blake3::Hash::from_bytes(stored.0)
    }
}

pub(crate) fn random() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(bytes)
}

/// The bearer of a good token.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// What was granted.
    pub grant: TokenGrant,
}

impl Bearer {
    /// The bearer of a token's text.
    ///
    /// # Errors
    /// 401, and nothing that would help to guess.
    pub fn of(state: &State, text: &str) -> Result<Bearer, Problem> {
        let mut parts = text.splitn(3, '.');
        let (Some(PREFIX), Some(id), Some(secret)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(Problem::unauthenticated());
        };
        let id = Uuid::parse_str(id).map_err(|_| Problem::unauthenticated())?;
        let slot = state.handle.slot(state.handle.system());
        let slot = slot.ok_or_else(Problem::unauthenticated)?;
        let token = slot.view().books.tokens.get(TokenId(id)).cloned();
        match token {
            Some(token)
                if token.is_good(state.today())
                    && state.token_key.fits(secret, &token.grant.secret_hash) =>
            {
                Ok(Bearer { grant: token.grant })
            }
            Some(_) | None => Err(Problem::unauthenticated()),
        }
    }

    /// As the writer knows them.
    #[must_use]
    pub fn caller(&self) -> Caller {
        let actor = ledger::Actor {
            person: self.grant.person,
            organisation: self.grant.organisation,
        };
        Caller {
            actor,
            roles: self.grant.roles.clone(),
        }
    }

    /// True if the bearer has one of these roles.
    #[must_use]
    pub fn is_any(&self, roles: &[Role]) -> bool {
        self.grant.roles.iter().any(|role| roles.contains(role))
    }

    /// True if personal data is shown to them.
    #[must_use]
    pub fn sees_persons(&self) -> bool {
        self.sight() != Sight::Nothing
    }

    /// How much of what is sealed is shown to them: what is restricted is kept for inspectors.
    #[must_use]
    pub fn sight(&self) -> Sight {
        if self.is_any(&[Role::Inspector]) {
            Sight::Everything
        } else if self.is_any(&[Role::Finance]) {
            Sight::Unrestricted
        } else {
            Sight::Nothing
        }
    }

    /// True if this ledger is open to them. The `system` ledger is open to the administrators and,
    /// for reading, the inspectors of the whole deployment. None is open to a witness.
    #[must_use]
    pub fn may_enter(&self, state: &State, ledger: LedgerId) -> bool {
        let whole = self.grant.ledgers.is_empty();
        if ledger == state.handle.system() {
            return whole && self.is_any(&[Role::Administrator, Role::Inspector]);
        }
        let enters = self.grant.roles.iter().any(|role| match role {
            Role::Administrator
            | Role::Inspector
            | Role::Finance
            | Role::Rectification
            | Role::Reader => true,
            Role::Witness => false,
        });
        enters && (whole || self.grant.ledgers.contains(&ledger))
    }

    /// True if the exact records of all ledgers are open to them: to those who may read every
    /// ledger and `system`, and to witnesses.
    #[must_use]
    pub fn reads_every_record(&self) -> bool {
        let whole = self.grant.ledgers.is_empty();
        whole && self.is_any(&[Role::Administrator, Role::Inspector, Role::Witness])
    }
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Bearer, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>();
        let header = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let text = header.and_then(|value| value.strip_prefix("Bearer "));
        ready(match (state, text) {
            (Some(state), Some(text)) => Bearer::of(state, text.trim()),
            _ => Err(Problem::unauthenticated()),
        })
    }
}
