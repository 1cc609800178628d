//! What deciding a command costs, and taking in what happens:
//! `cargo bench -p bench --bench ledger`.

#![allow(missing_docs, reason = "a measurement")]

use bench::book::Book;
use bench::county::{County, Turn};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Instant;

const COUNTY: County = County::of(530_000);

/// Each command is another one, as in a year that goes on.
fn decide_and_apply(criterion: &mut Criterion) {
    type Make = fn(u64, u64) -> Vec<Turn>;
    let kinds: [(&str, u64, Make); 3] = [
        ("subsidy", 3, |from, until| COUNTY.subsidies(from, until)),
        ("lot_of_a_year", 1, |from, until| COUNTY.year(from, until)),
        ("item_issued", 3, |from, until| COUNTY.items(from, until)),
    ];
    let mut group = criterion.benchmark_group("ledger");
    for (name, commands, make) in kinds {
        let (mut book, _) = Book::set_up(&COUNTY);
        let mut from = 0;
        group.throughput(Throughput::Elements(commands));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let turns = make(from, from.saturating_add(count));
                from = from.saturating_add(count);
                let begin = Instant::now();
                std::hint::black_box(book.take(&turns));
                begin.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decide_and_apply);
criterion_main!(benches);
