//! What a viewer asks for in the address of a shared page: `?range=7d`, `?from=…&to=…`, `?property=country&value=DE`.

use model::dashboard::{View, is_value};
use model::query::Filter;

use crate::address;
use crate::query_string;

/// The view that the query part of an address asks for; what cannot be read is left out.
#[must_use]
pub fn asked(search: &str) -> View {
    View {
        range: address::Address::read(search).view.range,
        filter: filter(search),
        ..View::default()
    }
}

fn filter(search: &str) -> Option<Filter> {
    let property = query_string::value(search, "property")?.parse().ok()?;
    is_value(property, &query_string::value(search, "value")?)
}

/// The property and the value that a filter of [`asked`] names.
pub(super) fn chosen(view: &View) -> Option<(String, String)> {
    match view.filter.as_ref()? {
        Filter::Compare(comparison) => Some((
            comparison.property.to_string(),
            comparison.values().first()?.to_string(),
        )),
        _ => None,
    }
}

/// The query part of an address that asks for `view`.
pub(super) fn written(view: &View) -> String {
    let range = address::written(&View {
        range: view.range.clone(),
        ..View::default()
    });
    let mut text = range;
    if let Some((property, value)) = chosen(view) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str("property=");
        text.push_str(&query_string::encoded(&property));
        text.push_str("&value=");
        text.push_str(&query_string::encoded(&value));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_survives_its_address() {
        for search in [
            "",
            "?range=7d",
            "?range=7d&property=country&value=DE",
            "?from=2015-05-17&to=2015-05-20&property=a.b&value=200",
        ] {
            assert_eq!(written(&asked(search)), search);
        }
        assert_eq!(asked("?range=soon&property=&value=x&filter={}"), View::default());
    }
}
