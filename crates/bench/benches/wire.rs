//! What encoding and decoding bodies costs: `cargo bench -p bench --bench wire`.

#![allow(missing_docs, clippy::expect_used, reason = "a measurement")]

use bench::book::Book;
use bench::county::County;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// Lots of a year, of which the bodies are.
const LOTS: u64 = 40;

fn bodies(criterion: &mut Criterion) {
    let county = County::of(530_000);
    let (mut book, _) = Book::set_up(&county);
    let turns = county.year(0, LOTS);
    let facts = book.take(&turns);
    let bodies: Vec<Vec<u8>> = facts
        .iter()
        .map(|it| wire::encode_event([7; 16], it))
        .collect();
    let commands: Vec<_> = turns.iter().flat_map(|turn| &turn.submissions).collect();
    let asked: Vec<Vec<u8>> = commands.iter().map(|it| wire::encode_command(it)).collect();
    let count = |len: usize| Throughput::Elements(u64::try_from(len).expect("a small number"));

    let mut group = criterion.benchmark_group("wire");
    group.throughput(count(facts.len()));
    group.bench_function("encode_event", |bencher| {
        bencher.iter(|| {
            for fact in &facts {
                black_box(wire::encode_event([7; 16], fact));
            }
        });
    });
    group.bench_function("decode_event", |bencher| {
        bencher.iter(|| {
            for body in &bodies {
                black_box(wire::decode_event(body).expect("a body"));
            }
        });
    });
    group.throughput(count(asked.len()));
    group.bench_function("encode_command", |bencher| {
        bencher.iter(|| {
            for command in &commands {
                black_box(wire::encode_command(command));
            }
        });
    });
    group.bench_function("decode_command", |bencher| {
        bencher.iter(|| {
            for command in &asked {
                black_box(wire::decode_command(command).expect("a command"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, bodies);
criterion_main!(benches);
