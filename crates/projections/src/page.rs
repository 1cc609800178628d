//! Pages of a list.

/// A part of a list, and how long the whole of it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The part.
    pub entries: Vec<T>,
    /// How many the whole list has.
    pub total: usize,
    /// How many were passed over.
    pub offset: usize,
    /// True if there are more after this part.
    pub more: bool,
}

impl<T> Page<T> {
    /// The part of `all` that begins at `offset`; only its entries are made by `show`.
    pub(crate) fn of<U>(
        all: &[U],
        offset: usize,
        limit: usize,
        show: impl FnMut(&U) -> T,
    ) -> Page<T> {
        let entries = all.iter().skip(offset).take(limit).map(show).collect();
        Page::part(entries, offset, all.len())
    }

    /// The part of `all` in the order of `key`; of equals, the one that stands first comes first.
    /// Only the part itself is brought into order, and only its entries are made by `show`.
    pub(crate) fn ordered<U, K: Ord>(
        all: &[U],
        key: impl Fn(&U) -> K,
        offset: usize,
        limit: usize,
        show: impl Fn(&U) -> T,
    ) -> Page<T> {
        let keys = all.iter().map(key).zip(0..);
        let mut order: Vec<(K, usize)> = keys.collect();
        let end = offset.saturating_add(limit).min(order.len());
        if end < order.len() {
            order.select_nth_unstable(end);
            order.truncate(end);
        }
        if offset > 0 && offset < end {
            order.select_nth_unstable(offset);
        }
        let part = order.get_mut(offset..).unwrap_or_default();
        part.sort_unstable();
        let rows = part.iter().filter_map(|(_, at)| all.get(*at));
        Page::part(rows.map(show).collect(), offset, all.len())
    }

    /// The part of a list of `total` that begins at `offset`.
    pub(crate) fn part(entries: Vec<T>, offset: usize, total: usize) -> Page<T> {
        let end = offset.saturating_add(entries.len());
        Page {
            entries,
            total,
            offset,
            more: end < total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_the_whole_in_order_has_there() {
        // Few keys, so that most rows are equal to others.
        let rows: Vec<_> = (0..40_usize).map(|at| (at * 7 % 5, at)).collect();
        let mut sorted = rows.clone();
        sorted.sort_by_key(|(key, _)| *key);
        for (offset, limit) in (0..50).flat_map(|offset| (0..50).map(move |limit| (offset, limit)))
        {
            let expected = Page::of(&sorted, offset, limit, |row| *row);
            let page = Page::ordered(&rows, |(key, _)| *key, offset, limit, |row| *row);
            assert_eq!(page, expected, "from {offset}, at most {limit}");
        }
    }
}
