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
