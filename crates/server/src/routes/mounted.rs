//! Where a route stands: those of a ledger by what follows it in their paths.
//!
//! A request is held against one route after the other, and a path with names in it by walking
//! through it. There are some seventy routes below a ledger: side by side they were nine tenths of
//! what a question cost. So a request finds the ledger once, then the word after it, and only then
//! the few routes that begin so.

use actix_web::web::{self, ServiceConfig};
use actix_web::{Route, Scope};
use std::collections::BTreeMap;

/// With what the paths of a ledger begin.
const LEDGER: &str = "/v1/ledgers/{ledger}";

/// Routes that are put in their places before they are mounted.
#[derive(Default)]
pub(super) struct Routes {
    /// The others, in their order.
    plain: Vec<(&'static str, Route)>,
    /// Below a ledger, by the word after it, with what follows that.
    of_ledger: BTreeMap<&'static str, Vec<(&'static str, Route)>>,
}

impl Routes {
    /// Adds a route; `path` is all of it.
    pub(super) fn route(&mut self, path: &'static str, route: Route) -> &mut Routes {
        let Some(within) = path.strip_prefix(LEDGER) else {
            self.plain.push((path, route));
            return self;
        };
        let (word, rest) = split(within);
        self.of_ledger.entry(word).or_default().push((rest, route));
        self
    }

    /// Mounts all of them.
    pub(super) fn into(self, config: &mut ServiceConfig) {
        let Routes { plain, of_ledger } = self;
        let mut ledger = web::scope(LEDGER);
        for (word, routes) in of_ledger {
            ledger = match word {
                "" => with(ledger, routes),
                word => ledger.service(with(web::scope(word), routes)),
            };
        }
        config.service(ledger);
        for (path, route) in plain {
            config.route(path, route);
        }
    }
}

fn with(scope: Scope, routes: Vec<(&'static str, Route)>) -> Scope {
    let add = |scope: Scope, (path, route): (&str, Route)| scope.route(path, route);
    routes.into_iter().fold(scope, add)
}

/// `/funds/{id}/trace` into `/funds` and `/{id}/trace`.
fn split(path: &'static str) -> (&'static str, &'static str) {
    let second = path.match_indices('/').nth(1);
    path.split_at(second.map_or(path.len(), |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_after_its_first_word() {
        assert_eq!(split(""), ("", ""));
        assert_eq!(split("/funds"), ("/funds", ""));
        assert_eq!(split("/funds/{id}/trace"), ("/funds", "/{id}/trace"));
    }
}
