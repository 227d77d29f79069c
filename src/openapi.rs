//! The API's own description: OpenAPI 3.1, made of the types that the handlers read and write. `operations` has a line for
//! each call; a test holds it against the router.

mod by_hand;
mod operation;
mod operations;
mod schemas;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, PathsBuilder};

use operation::Operation;
use schemas::Schemas;

const ABOUT: &str = "Events in; questions, dashboards and share links out. `Authorization: Bearer` takes an access token, a \
    secret key (`dps_…`), a personal key (`dpp_…`) or, for events, a write key (`dpw_…`). Somebody in several organizations \
    names one with `X-Organization: <id>`. Errors are RFC 9457 problems; somebody else's id is 404. Lists are \
    `{items, next_cursor}`; `limit` and `cursor` ask for a page.";

/// The document.
#[must_use]
pub(crate) fn document() -> OpenApi {
    let mut schemas = Schemas::default();
    let mut paths = PathsBuilder::new();
    for operation in operations::all(&mut schemas) {
        let Operation { path, item } = operation;
        paths = paths.path(path, item);
    }
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token or a key."))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .schemas_from_iter(schemas.into_sorted())
        .build();
    let tags =
        operations::TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    let info = InfoBuilder::new()
        .title("DataPulse")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths.build())
        .components(Some(components))
        .tags(Some(tags))
        .build()
}

/// The document as text.
#[must_use]
pub(crate) fn text() -> String {
    let mut text = document().to_pretty_json().expect("a document is JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_of_the_router_is_described() {
        let described: BTreeSet<String> = document().paths.paths.into_keys().collect();
        let source = include_str!("router.rs");
        let routed: BTreeSet<String> = source
            .split(".route(")
            .skip(1)
            .filter_map(|call| call.split('"').nth(1))
            .filter(|path| path.starts_with("/api/") || ["/healthz", "/readyz", "/metrics"].contains(path))
            .map(str::to_owned)
            .collect();
        let missing: Vec<_> = routed.difference(&described).collect();
        let gone: Vec<_> = described.difference(&routed).collect();
        assert!(
            missing.is_empty() && gone.is_empty(),
            "missing: {missing:?}; gone: {gone:?}"
        );
    }

    #[test]
    fn the_document_is_the_committed_one() {
        let committed = include_str!("../docs/openapi.json");
        assert!(
            text() == committed,
            "The API changed. Look at the difference and keep it: `datapulse openapi > docs/openapi.json`"
        );
    }
}
