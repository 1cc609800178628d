//! The lot: pure functions from a seed, a nonce and a population to a sample, so that anybody with
//! SHA-256 draws the same one. `proto/README.md` has them in words, with a test vector.
//!
//! Each item has a rank, the hash over lot, population and item; the lowest ranks are the sample.
//! Nothing is taken modulo anything, so no place is likelier than another.

use crate::digest::Digest;
use crate::ids::{CampaignId, ItemId};
use sha2::{Digest as _, Sha256};

const COMMITMENT: &[u8] = b"fundtrace/v1/lookback-seed\n";
const POPULATION: &[u8] = b"fundtrace/v1/lookback-population\n";
const LOT: &[u8] = b"fundtrace/v1/lookback-lot\n";
const RANK: &[u8] = b"fundtrace/v1/lookback-rank\n";

/// What is published of a seed before the population is frozen: SHA-256 over the label, the 16
/// bytes of the campaign and the 32 of the seed. The campaign is in it, so that no commitment can
/// be used twice.
#[must_use]
pub fn commitment(campaign: CampaignId, seed: Digest) -> Digest {
    hash(COMMITMENT, [campaign.0.as_bytes().as_slice(), &seed.0])
}

/// The digest of a population: SHA-256 over the label, the number of items in 8 bytes, most
/// significant first, and the 16 bytes of each item in ascending order.
#[must_use]
pub fn population_digest(population: &[ItemId]) -> Digest {
    let mut sorted = population.to_vec();
    sorted.sort_unstable();
    let count = u64::try_from(sorted.len())
        .unwrap_or(u64::MAX)
        .to_be_bytes();
    let items = sorted.iter().map(|item| item.0.as_bytes().as_slice());
    hash(POPULATION, std::iter::once(count.as_slice()).chain(items))
}

/// The lot: SHA-256 over the label, the seed of whoever plans and the nonce of whoever freezes;
/// where no nonce was asked for, as in records of before, the seed itself.
#[must_use]
pub fn lot(seed: Digest, nonce: Option<Digest>) -> Digest {
    nonce.map_or(seed, |nonce| {
        hash(LOT, [seed.0.as_slice(), nonce.0.as_slice()])
    })
}

/// The sample: the items with the `size` lowest ranks, lowest first; all where there are fewer.
/// The rank is SHA-256 over the label, the lot, the population's digest and the item's 16 bytes.
#[must_use]
pub fn sample(lot: Digest, population: &[ItemId], size: usize) -> Vec<ItemId> {
    let digest = population_digest(population);
    let rank = |item: &ItemId| {
        let parts: [&[u8]; 3] = [&lot.0, &digest.0, item.0.as_bytes()];
        hash(RANK, parts)
    };
    let mut ranked: Vec<_> = population.iter().map(|item| (rank(item), *item)).collect();
    ranked.sort_unstable();
    ranked.truncate(size);
    ranked.into_iter().map(|(_, item)| item).collect()
}

fn hash<'a>(label: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut hasher = Sha256::new_with_prefix(label);
    parts.into_iter().for_each(|part| hasher.update(part));
    Digest(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn items(count: u128) -> Vec<ItemId> {
        (1..=count).map(|n| ItemId(Uuid::from_u128(n))).collect()
    }

    /// The vector of `proto/README.md`, which was made with Python's hashlib.
    #[test]
    fn the_published_vector_is_drawn() {
        let seed = Digest([7; 32]);
        let campaign = CampaignId(Uuid::from_u128(1));
        assert_eq!(
            commitment(campaign, seed).to_string(),
            "5325fd241edbd3b57b74a9cfd825a8f8d71ee88ae896a806b9bf13275a5f786a"
        );
        assert_eq!(
            population_digest(&items(10)).to_string(),
            "7b0febe502abf7beb767f703cf01fd72027ca5c85d11ad3158dece564248aa7a"
        );
        let drawn = |lot| {
            let drawn = sample(lot, &items(10), 3).into_iter();
            drawn.map(|item| item.0.as_u128()).collect::<Vec<_>>()
        };
        let mixed = lot(seed, Some(Digest([9; 32])));
        assert_eq!(
            mixed.to_string(),
            "0f45be57225b6c03eb53cfb8c2ddf3be8f2004d8bb40128fa869afd97bd5f072"
        );
        assert_eq!(drawn(mixed), [6, 7, 2]);
        // As records of before, which have no nonce, were drawn.
        assert_eq!(drawn(lot(seed, None)), [9, 8, 10]);
    }

    #[test]
    fn neither_the_order_of_the_population_nor_its_source_changes_the_sample() {
        let seed = Digest([9; 32]);
        let mut backwards = items(50);
        backwards.reverse();
        assert_eq!(population_digest(&backwards), population_digest(&items(50)));
        assert_eq!(sample(seed, &backwards, 7), sample(seed, &items(50), 7));
    }

    #[test]
    fn a_larger_sample_begins_with_the_smaller_one_and_none_is_drawn_twice() {
        let seed = Digest([9; 32]);
        let all = sample(seed, &items(50), 60);
        assert_eq!(all.len(), 50);
        assert_eq!(sample(seed, &items(50), 7), all[..7]);
        let mut sorted = all;
        sorted.sort_unstable();
        assert_eq!(sorted, items(50));
    }

    #[test]
    fn another_seed_and_another_population_draw_another_sample() {
        let drawn = sample(Digest([9; 32]), &items(50), 7);
        assert_ne!(drawn, sample(Digest([8; 32]), &items(50), 7));
        // One item more, and all ranks are others.
        assert_ne!(drawn, sample(Digest([9; 32]), &items(51), 7));
    }

    /// Every item is drawn about equally often: 10 of 50 in 2,000 lots are 400 each, with a
    /// standard deviation of 18.
    #[test]
    fn no_item_is_likelier_than_another() {
        let mut counts = vec![0_u32; 50];
        for lot in 0..2_000_u32 {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&lot.to_be_bytes());
            for item in sample(Digest(seed), &items(50), 10) {
                counts[usize::try_from(item.0.as_u128() - 1).unwrap()] += 1;
            }
        }
        assert!(counts.iter().all(|n| (310..490).contains(n)), "{counts:?}");
    }
}
