//! The shapes that operations speak of, each described once and named everywhere else.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

/// Shapes by their names.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// A reference to the shape of `T`, which is described from now on.
    pub(super) fn of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        if !self.0.contains_key(&name) {
            self.0.insert(name.clone(), T::schema());
            let mut inner = Vec::new();
            T::schemas(&mut inner);
            for (name, schema) in inner {
                self.0.entry(name).or_insert(schema);
            }
        }
        Ref::from_schema_name(name).into()
    }

    /// `{items, next_cursor}` of `T`.
    pub(super) fn list_of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(self.of::<T>());
        let cursor = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
        ObjectBuilder::new()
            .property("items", items)
            .required("items")
            .property("next_cursor", cursor)
            .required("next_cursor")
            .into()
    }

    pub(super) fn into_sorted(self) -> BTreeMap<String, RefOr<Schema>> {
        self.0
    }
}
