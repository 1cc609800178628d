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
