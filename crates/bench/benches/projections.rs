//! What taking in a record costs, and what the commonest questions cost:
//! `cargo bench -p bench --bench projections`.

#![allow(missing_docs, reason = "a measurement")]

use bench::book::Book;
use bench::county::{self, County};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger::Fact;
use projections::balances::fund_balance;
use projections::trace::fund_trace;
use projections::{Entry, View};
use std::hint::black_box;
use std::time::Instant;

const COUNTY: County = County::of(530_000);
/// Payments of the batch that is traced.
const PAYMENTS: u64 = 10_000;

fn take_in(view: &mut View, facts: &[Fact]) {
    let first = view.head().map_or(1, |head| head.seq.saturating_add(1));
    for (seq, fact) in (first..).zip(facts) {
        view.apply(&Entry {
            position: seq,
            seq,
            recorded_at_us: 1_546_400_000_000_000,
            hash: [0; 32],
            fact,
        });
    }
}

fn apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("projections");
    let (mut book, facts) = Book::set_up(&COUNTY);
    let mut view = View::default();
    take_in(&mut view, &facts);
    let mut from = 0;
    group.throughput(Throughput::Elements(3));
    group.bench_function("apply_subsidy", |bencher| {
        bencher.iter_custom(|count| {
            let facts = book.take(&COUNTY.subsidies(from, from.saturating_add(count)));
            from = from.saturating_add(count);
            let begin = Instant::now();
            take_in(&mut view, &facts);
            begin.elapsed()
        });
    });
    group.finish();
}

fn questions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("projections");
    let (mut book, facts) = Book::set_up(&COUNTY);
    let mut view = View::default();
    take_in(&mut view, &facts);
    take_in(
        &mut view,
        &book.take(&COUNTY.subsidies_of_one_fund(0, PAYMENTS)),
    );
    let fund = county::fund(0);
    group.bench_function("balance", |bencher| {
        bencher.iter(|| fund_balance(&view, black_box(fund)));
    });
    group.bench_function("trace_first_page_of_10000", |bencher| {
        bencher.iter(|| fund_trace(&view, black_box(fund), 0, 100));
    });
    group.bench_function("trace_last_page_of_10000", |bencher| {
        bencher.iter(|| fund_trace(&view, black_box(fund), 9_900, 100));
    });
    group.finish();
}

criterion_group!(benches, apply, questions);
criterion_main!(benches);
