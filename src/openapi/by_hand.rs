//! A shape that no type of ours has: what a sender of events may write.

use std::borrow::Cow;

use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::operation::text;

/// One event, several, or several with the time at which they were sent.
pub(super) struct EventsBody;

impl PartialSchema for EventsBody {
    fn schema() -> RefOr<Schema> {
        let event = || Ref::from_schema_name("Event");
        let several = || ArrayBuilder::new().items(event()).max_items(Some(2_500));
        let dated = ObjectBuilder::new()
            .property("events", several())
            .required("events")
            .property("sent_at", text())
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        OneOfBuilder::new()
            .item(event())
            .item(several())
            .item(dated)
            .into()
    }
}

impl ToSchema for EventsBody {
    fn name() -> Cow<'static, str> {
        "Events".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("Event".to_owned(), event()));
    }
}

fn event() -> RefOr<Schema> {
    let id = || {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(200))
    };
    let properties = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
    ObjectBuilder::new()
        .property("name", id())
        .required("name")
        .property("id", id())
        .property("timestamp", text())
        .property("user_id", id())
        .property("anonymous_id", id())
        .property("session_id", id())
        .property("properties", properties)
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .into()
}

/// A shape that is told in the documentation alone.
pub(super) struct Anything;

impl PartialSchema for Anything {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into()
    }
}

impl ToSchema for Anything {
    fn name() -> Cow<'static, str> {
        "Anything".into()
    }
}
