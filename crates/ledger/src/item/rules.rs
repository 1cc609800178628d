//! stub
use super::{ItemCommand, ItemEvent};
use crate::context::Context;
use crate::rejection::Rejection;
use crate::{Books, Event};
/// stub
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// v
    pub version: u32,
}
pub(crate) fn decide(
    _: &Books,
    _: &Context,
    command: &ItemCommand,
) -> Result<Vec<Event>, Rejection> {
    Ok(vec![command.clone().into_event()])
}
pub(crate) fn breaches(_: &Books, _: &Context, _: &ItemEvent) -> Vec<Rejection> {
    Vec::new()
}
pub(crate) fn apply(_: &mut Books, _: &Context, _: &ItemEvent) {}
