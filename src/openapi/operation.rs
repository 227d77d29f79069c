//! One call, described by what it takes and what it can answer.

use model::problem::Problem;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, HeaderBuilder, HttpMethod, RefOr, Required, ResponseBuilder, Schema};

use super::schemas::Schemas;

const ONCE: &str = "Names this request, a UUID for example. For 24 hours the same request under the same name is done once and \
    answered alike, with `Idempotency-Replayed: true`; another request under it is 422, and 409 while the first is under way.";

/// What these make has no address of its own.
const WITHOUT_ADDRESS: [&str; 1] = ["/api/auth/totp"];

/// A described call.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) item: PathItem,
}

/// A call that is being described. Everybody may be answered 429, 500 or 503.
pub(super) struct Call<'s> {
    schemas: &'s mut Schemas,
    method: HttpMethod,
    path: &'static str,
    operation: OperationBuilder,
    problems: Vec<u16>,
    has_caller: bool,
}

impl<'s> Call<'s> {
    /// A call that needs a credential.
    pub(super) fn new(
        schemas: &'s mut Schemas,
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let secured = SecurityRequirement::new("bearer", Vec::<String>::new());
        let mut call = Self::open(schemas, method, path, id, summary);
        call.operation = call.operation.security(secured);
        call.problems.extend([401, 403, 404]);
        call.has_caller = true;
        call
    }

    /// A call that everybody may make.
    pub(super) fn open(
        schemas: &'s mut Schemas,
        method: HttpMethod,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(id))
            .summary(Some(summary))
            .tag(tag(path));
        let mut problems = vec![403, 429, 500, 503];
        for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(text()));
            operation = operation.parameter(parameter);
            problems.push(404);
        }
        Self {
            schemas,
            method,
            path,
            operation,
            problems,
            has_caller: false,
        }
    }

    /// Reads a JSON body of the shape `T`.
    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        let content = ContentBuilder::new().schema(Some(self.schemas.of::<T>())).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content)
            .required(Some(Required::True))
            .build();
        self.operation = self.operation.request_body(Some(body));
        self.problems.extend([400, 413, 422]);
        self
    }

    /// Reads a query parameter.
    pub(super) fn asks(mut self, name: &'static str, is_required: bool, schema: RefOr<Schema>) -> Self {
        let required = if is_required {
            Required::True
        } else {
            Required::False
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(required)
            .schema(Some(schema));
        self.operation = self.operation.parameter(parameter);
        self.problems.push(422);
        self
    }

    /// Reads `limit` and `cursor`.
    pub(super) fn in_pages(self) -> Self {
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(200));
        self.asks("limit", false, limit.into())
            .asks("cursor", false, text())
    }

    /// Reads `If-Match`.
    pub(super) fn if_match(mut self) -> Self {
        let parameter = header("If-Match", "The `ETag` that the caller means to change.", text());
        self.operation = self.operation.parameter(parameter);
        self.problems.push(412);
        self
    }

    /// Reads `If-None-Match`.
    pub(super) fn if_none_match(mut self) -> Self {
        let parameter = header("If-None-Match", "The `ETag` that the caller has already.", text());
        let same = ResponseBuilder::new().description("What the caller has is what there is.");
        self.operation = self.operation.parameter(parameter).response("304", same);
        self
    }

    /// May be refused with these statuses too.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        self.problems.extend(statuses);
        self
    }

    /// Answers JSON of the shape `T`.
    pub(super) fn gives<T: ToSchema>(self, status: u16) -> Operation {
        let schema = self.schemas.of::<T>();
        self.answers(status, Some(("application/json", schema)))
    }

    /// Answers a list of `T`.
    pub(super) fn gives_list<T: ToSchema>(self) -> Operation {
        let schema = self.schemas.list_of::<T>();
        self.answers(200, Some(("application/json", schema)))
    }

    /// Answers text of a kind.
    pub(super) fn gives_text(self, content_type: &'static str) -> Operation {
        self.answers(200, Some((content_type, text())))
    }

    /// Answers 204.
    pub(super) fn gives_nothing(self) -> Operation {
        self.answers(204, None)
    }

    /// Answers 202: it is done beside the request.
    pub(super) fn gives_nothing_yet(self) -> Operation {
        self.answers(202, None)
    }

    /// Reads `Idempotency-Key`, as everything does that makes something for a caller.
    pub(super) fn once(mut self) -> Self {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(255));
        let parameter = header("Idempotency-Key", ONCE, key.into());
        self.operation = self.operation.parameter(parameter);
        self.problems.extend([409, 413, 422]);
        self
    }

    fn answers(mut self, status: u16, content: Option<(&'static str, RefOr<Schema>)>) -> Operation {
        if self.has_caller && status == 201 && self.method == HttpMethod::Post {
            self = self.once();
        }
        let mut response = ResponseBuilder::new().description("Done.");
        if let Some((content_type, schema)) = content {
            response = response.content(content_type, ContentBuilder::new().schema(Some(schema)).build());
        }
        if self.has_caller && status == 201 && !WITHOUT_ADDRESS.contains(&self.path) {
            let location = HeaderBuilder::new()
                .schema(Some(text()))
                .description(Some("The address of what was made."));
            response = response.header("Location", location.build());
        }
        let mut operation = self.operation.response(status.to_string(), response);
        self.problems.sort_unstable();
        self.problems.dedup();
        for status in self.problems {
            let content = ContentBuilder::new()
                .schema(Some(self.schemas.of::<Problem>()))
                .build();
            let problem = ResponseBuilder::new()
                .description(meaning(status))
                .content("application/problem+json", content);
            operation = operation.response(status.to_string(), problem);
        }
        Operation {
            path: self.path,
            item: PathItem::new(self.method, operation),
        }
    }
}

/// A header that a call reads where it is there.
fn header(name: &str, description: &str, schema: RefOr<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// A string.
pub(super) fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

/// A whole number from `least` to `most`.
pub(super) fn number(least: i64, most: i64) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(least))
        .maximum(Some(most))
        .into()
}

fn tag(path: &str) -> &'static str {
    let known = [
        ("/api/auth", "Accounts"),
        ("/api/organizations", "Organizations"),
        ("/api/invitations", "Organizations"),
        ("/api/analytics", "Analytics"),
        ("/api/segments", "Analytics"),
        ("/api/dashboards", "Dashboards"),
        ("/api/annotations", "Dashboards"),
        ("/api/templates", "Dashboards"),
        ("/api/widgets", "Dashboards"),
        ("/api/shares", "Dashboards"),
    ];
    known
        .into_iter()
        .find(|(start, _)| path.starts_with(start))
        .map_or("Operations", |(_, tag)| tag)
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "Not JSON.",
        401 => "Nobody is signed in, or the credential does not work.",
        403 => "The caller may not do this.",
        404 => "There is nothing here, or it is somebody else's.",
        409 => "It clashes with what is there.",
        412 => "It was changed in the meantime.",
        413 => "Too large.",
        415 => "Packed in a way that is not taken; `Accept-Encoding` says which are.",
        422 => "Fields are wrong; `errors` names them.",
        429 => "Too often; `Retry-After` says how long to wait.",
        503 => "Something that is needed is not available.",
        504 => "It took too long.",
        _ => "A fault of ours.",
    }
}
