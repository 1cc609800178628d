//! A question about a ledger: who asks, which ledger, and what it is built through.

use crate::identity::Bearer;
use crate::json;
use crate::problem::Problem;
use crate::routes::through::{Answer, Through};
use crate::state::State;
use crate::written;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use ledger::ids::LedgerId;
use projections::View;
use sequencer::Slot;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, RwLockReadGuard};

/// What the query string of a question says.
pub trait Asked: DeserializeOwned + 'static {
    /// The record that must be there before it is answered.
    fn min_seq(&self) -> Option<u64>;
}

/// A question by a good token about a ledger that is open to it, ready to be answered.
pub struct Question<Q> {
    /// The server's state.
    pub state: web::Data<State>,
    /// Who asks.
    pub bearer: Bearer,
    /// About which ledger.
    pub ledger: LedgerId,
    /// What the query string says.
    pub query: Q,
    slot: Arc<Slot>,
}

impl<Q> Question<Q> {
    /// The view from which it is answered. Let go of it before anything is awaited.
    pub fn view(&self) -> RwLockReadGuard<'_, View> {
        self.slot.view()
    }

    /// The answer, with the record through which `view` is built.
    pub fn answer<T: Serialize>(&self, view: &View, data: T) -> Answered {
        self.answer_through(Through::of(view), data)
    }

    /// The answer, where the record through which it is built was noted before the log was read.
    pub fn answer_through<T: Serialize>(&self, through: Option<Through>, data: T) -> Answered {
        let answer = Answer {
            ledger: self.ledger,
            through,
            data,
        };
        let written = written::json(&answer).map_err(|error| Problem::internal(&error))?;
        Ok(written::answer(StatusCode::OK, written))
    }

    /// The answer about the one thing that a path names, `what` in English and in Chinese, or 404.
    ///
    /// # Errors
    /// There is no such thing.
    pub fn one<T: Serialize>(
        &self,
        (what, what_zh): (&str, &str),
        find: impl FnOnce(&View) -> Option<T>,
    ) -> Answered {
        let (through, data) = self.look(find);
        let data = data.ok_or_else(|| Problem::not_found(what, what_zh))?;
        self.answer_through(through, data)
    }

    /// The answer of many lines, which are written out after the view is let go of: that takes
    /// longer than to find them.
    pub fn lines<T: Serialize>(&self, find: impl FnOnce(&View) -> T) -> Answered {
        let (through, data) = self.look(find);
        self.answer_through(through, data)
    }

    /// What the view says, and through which record.
    pub fn look<T>(&self, find: impl FnOnce(&View) -> T) -> (Option<Through>, T) {
        let view = self.view();
        (Through::of(&view), find(&view))
    }

    /// [`Question::one`] for what may take long: on a thread of its own, and so many at once.
    ///
    /// # Errors
    /// There is no such thing, or too many are asked for.
    pub async fn long<T: Serialize + 'static>(
        &self,
        (what, what_zh): (&str, &str),
        find: impl FnOnce(&View) -> Option<T> + Send + 'static,
    ) -> Answered {
        let place = self.state.long.enter().await?;
        let (slot, ledger) = (Arc::clone(&self.slot), self.ledger);
        let told = place.block(move || {
            let view = slot.view();
            let (through, data) = (Through::of(&view), find(&view)?);
            drop(view);
            Some(written::json(&Answer {
                ledger,
                through,
                data,
            }))
        });
        let told = told.await?.transpose();
        let told = told.map_err(|error| Problem::internal(&error))?;
        let told = told.ok_or_else(|| Problem::not_found(what, what_zh))?;
        Ok(written::answer(StatusCode::OK, told))
    }

    /// The answer, or 404 where there is nothing.
    ///
    /// # Errors
    /// There is nothing.
    pub fn found<T: Serialize>(
        &self,
        view: &View,
        data: Option<T>,
        what: &str,
        what_zh: &str,
    ) -> Answered {
        match data {
            Some(data) => self.answer(view, data),
            None => Err(Problem::not_found(what, what_zh)),
        }
    }
}

/// What a handler gives back.
pub(super) type Answered = Result<HttpResponse, Problem>;

impl<Q: Asked> FromRequest for Question<Q> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Question<Q>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bearer = Bearer::from_request(request, payload).into_inner();
        let state = request.app_data::<web::Data<State>>().cloned();
        let name = request
            .match_info()
            .get("ledger")
            .unwrap_or_default()
            .to_owned();
        let query = in_query(request.query_string());
        Box::pin(async move {
            let bearer = bearer?;
            let state = state.ok_or_else(Problem::unauthenticated)?;
            let query: Q = query?;
            let (ledger, slot) = state.enter(&bearer, &name, query.min_seq()).await?;
            Ok(Question {
                state,
                bearer,
                ledger,
                query,
                slot,
            })
        })
    }
}

/// What a query string says.
///
/// # Errors
/// 400 for one that cannot be read, with the field.
pub(super) fn in_query<Q: DeserializeOwned>(query: &str) -> Result<Q, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| json::in_query(&error))
}

/// The query string of a request that is no question about a ledger.
pub struct Query<Q>(pub Q);

impl<Q: DeserializeOwned> FromRequest for Query<Q> {
    type Error = Problem;
    type Future = Ready<Result<Query<Q>, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(in_query(request.query_string()).map(Query))
    }
}
