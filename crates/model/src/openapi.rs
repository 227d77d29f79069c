//! How shapes with a reader of their own are described: what is written here is what that reader takes.

use std::borrow::Cow;

use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::answer::Answer;
use crate::person::{Outcome, Place, Whose};
use crate::query::{Filter, Period, Query, Range};
use crate::scope::{Scope, Scopes};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn free() -> AdditionalProperties<Schema> {
    AdditionalProperties::FreeForm(true)
}

fn closed() -> AdditionalProperties<Schema> {
    AdditionalProperties::FreeForm(false)
}

fn one_of(words: &[&'static str]) -> ObjectBuilder {
    text().enum_values(Some(words.iter().copied()))
}

macro_rules! described {
    ($($name:ident = $schema:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

described! {
    Range = {
        let between = ObjectBuilder::new()
            .property("from", text())
            .required("from")
            .property("to", text())
            .required("to")
            .additional_properties(Some(closed()));
        let last = ObjectBuilder::new()
            .property("last", text().examples(["30d", "24h", "12w"]))
            .required("last")
            .additional_properties(Some(closed()));
        let period = ObjectBuilder::new()
            .property("period", one_of(&Period::ALL.map(Period::as_str)))
            .required("period")
            .additional_properties(Some(closed()));
        OneOfBuilder::new().item(between).item(last).item(period).into()
    };
    Filter = ObjectBuilder::new()
        .description(Some(
            "`{and: […]}`, `{or: […]}`, `{not: …}`, `{property, op, value}`, `{cohort: …}` or `{segment: id}`.",
        ))
        .additional_properties(Some(free()))
        .into();
    Query = ObjectBuilder::new()
        .description(Some("A question; the other fields depend on its kind."))
        .property("kind", one_of(&[
            "trend", "funnel", "retention", "lifecycle", "stickiness", "paths", "sessions", "events", "sql",
        ]))
        .required("kind")
        .additional_properties(Some(free()))
        .into();
    Answer = ObjectBuilder::new()
        .description(Some("The answer to a question of the same kind; `meta` says how it came about."))
        .property("kind", text())
        .required("kind")
        .property("meta", ObjectBuilder::new().additional_properties(Some(free())))
        .required("meta")
        .additional_properties(Some(free()))
        .into();
    Scopes = {
        let words = Scope::ALL.map(Scope::as_str);
        ArrayBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
            .items(one_of(&words))
            .into()
    };
}

impl PartialSchema for Whose {
    fn schema() -> RefOr<Schema> {
        let at = ObjectBuilder::new()
            .property("query", Ref::from_schema_name("Query"))
            .required("query")
            .property("place", Ref::from_schema_name("Place"))
            .required("place")
            .additional_properties(Some(closed()));
        OneOfBuilder::new()
            .item(Ref::from_schema_name("Query"))
            .item(at)
            .into()
    }
}

impl ToSchema for Whose {
    fn name() -> Cow<'static, str> {
        "Whose".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Query::name().into_owned(), Query::schema()));
        schemas.push((Place::name().into_owned(), Place::schema()));
        schemas.push((Outcome::name().into_owned(), Outcome::schema()));
    }
}
