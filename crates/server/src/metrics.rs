//! What is counted of requests. What the writer and the disk do is counted beside them, without any
//! library; `metrics/page.rs` puts both together when somebody asks.

use crate::problem::Problem;
use crate::state::State;
use actix_web::HttpResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use std::time::Duration;

mod page;
mod process;
mod seen;

/// Upper bounds in seconds: a point query takes 0.1 ms, a durable append 1 ms, a trace of 100,000
/// payments 300 ms, a package some seconds.
const LATENCY: [f64; 11] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

/// What is counted of requests.
#[derive(Debug)]
pub struct Metrics {
    requests: Family<Outcome, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    problems: Family<Code, Counter>,
    pub(crate) in_flight: Gauge,
    pub(crate) connections: Gauge,
    /// UTC seconds.
    started: f64,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            requests: Family::default(),
            latency: Family::new_with_constructor(|| Histogram::new(LATENCY)),
            problems: Family::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            started: Duration::from_micros(sequencer::wall_us()).as_secs_f64(),
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is the template of its path, so that what is counted stays
    /// small however many payments there are; nothing where no route is.
    pub(crate) fn answered(
        &self,
        method: &actix_web::http::Method,
        route: Option<String>,
        response: &HttpResponse<impl Sized>,
        took: Duration,
    ) {
        let (method, route) = (word(method), route.unwrap_or_else(|| "none".to_owned()));
        let status = response.status().as_u16();
        let one = Route {
            method,
            route: route.clone(),
        };
        self.latency.get_or_create(&one).observe(took.as_secs_f64());
        let outcome = Outcome {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&outcome).inc();
        let problem = response
            .error()
            .and_then(|error| error.as_error::<Problem>());
        if let Some(problem) = problem {
            let code = problem.code.clone();
            self.problems.get_or_create(&Code { code }).inc();
        }
    }

    /// Everything that is counted, in the text format of OpenMetrics.
    ///
    /// # Errors
    /// None but of formatting.
    pub fn page(&self, state: &State) -> Result<String, std::fmt::Error> {
        page::of(self, state)
    }
}

/// A method; whatever a stranger made up is one word.
fn word(method: &actix_web::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
