//! JSON schemas of the types that write themselves as one string or number.

use utoipa::openapi::{
    RefOr,
    schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
};

pub(crate) fn string(format: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(Type::String);
    let object = match format {
        "uuid" => object.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        other => object.description(Some(other.to_owned())),
    };
    RefOr::T(Schema::Object(object.build()))
}

pub(crate) fn integer(description: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(description.to_owned()));
    RefOr::T(Schema::Object(object.build()))
}

/// A closed list of words with their Chinese terms.
pub(crate) fn words(words: &[(&str, &str)]) -> RefOr<Schema> {
    let terms: Vec<_> = words
        .iter()
        .map(|(word, zh)| format!("`{word}` {zh}"))
        .collect();
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.iter().map(|(word, _)| *word)))
        .description(Some(terms.join(", ")));
    RefOr::T(Schema::Object(object.build()))
}

/// A string of a certain form.
pub(crate) fn pattern(pattern: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern));
    RefOr::T(Schema::Object(object.build()))
}
