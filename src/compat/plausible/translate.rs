//! Plausible's events as ours.

use model::event::Draft;
use serde_json::{Value, json};
use url::Url;

use crate::compat::said::{Object, Said, text};

const MOST_NAME: usize = 120;
const MOST_ADDRESS: usize = 2_000;
const MOST_PROPERTIES: usize = 30;
const MOST_KEY: usize = 300;
const MOST_VALUE: usize = 2_000;

/// The domains that an event is for, and the event.
pub(super) fn translate(mut body: Object) -> Result<(String, Draft<'static>), (&'static str, &'static str)> {
    let mut either = |short: &str, long: &str| body.remove(long).or_else(|| body.remove(short));
    let (name, url) = (either("n", "name"), either("u", "url"));
    let (domain, referrer) = (either("d", "domain"), either("r", "referrer"));
    let properties = either("p", "props").or_else(|| either("m", "meta"));
    let (revenue, interactive) = (either("$", "revenue"), either("i", "interactive"));
    let by_hash = either("h", "hashMode").is_some_and(|mode| mode == json!(1) || mode == json!(true));
    let name = filled(name).ok_or(("event_name", "can't be blank"))?;
    if name.chars().count() > MOST_NAME {
        return Err(("event_name", "should be at most 120 character(s)"));
    }
    let url = filled(url).ok_or(("url", "can't be blank"))?;
    let domain = filled(domain).ok_or(("domain", "can't be blank"))?;
    let mut said = Said {
        name: if name == "pageview" {
            "page_view".to_owned()
        } else {
            name
        },
        ..Said::default()
    };
    for (key, value) in custom(properties) {
        said.put(&key, Some(value));
    }
    let url = cut(url, MOST_ADDRESS);
    if let Ok(page) = Url::parse(&url) {
        let fragment = page.fragment().filter(|_| by_hash);
        let path = fragment.map_or_else(
            || page.path().to_owned(),
            |hash| format!("{}#{hash}", page.path()),
        );
        said.put("$path", Some(path.into()));
        said.put("$host", page.host_str().map(Value::from));
    }
    said.put("$url", Some(url.into()));
    said.put(
        "$referrer",
        filled(referrer).map(|text| cut(text, MOST_ADDRESS).into()),
    );
    if interactive == Some(Value::Bool(false)) {
        said.put("$interactive", Some(false.into()));
    }
    said.put("$scroll_depth", body.remove("sd"));
    said.put("$engagement_ms", body.remove("e"));
    if let Some(revenue) = object_of(revenue) {
        said.put("revenue", revenue.get("amount").map(number));
        said.put("currency", text(&revenue, "currency").map(Value::from));
    }
    Ok((domain, said.draft()))
}

/// Own properties: plain values only, within Plausible's limits.
fn custom(properties: Option<Value>) -> impl Iterator<Item = (String, Value)> {
    let object = object_of(properties).unwrap_or_default();
    let plain = object.into_iter().filter_map(|(key, value)| {
        let value = match value {
            Value::String(text) => Value::from(cut(text, MOST_VALUE)),
            Value::Bool(_) | Value::Number(_) => value,
            _ => return None,
        };
        (key.chars().count() <= MOST_KEY).then_some((key, value))
    });
    plain.take(MOST_PROPERTIES)
}

/// An object, which old scripts send as the text of one.
fn object_of(value: Option<Value>) -> Option<Object> {
    match value? {
        Value::Object(object) => Some(object),
        Value::String(text) => serde_json::from_str(&text).ok(),
        _ => None,
    }
}

/// Amounts may come as text.
fn number(value: &Value) -> Value {
    let text = value.as_str().and_then(|text| text.trim().parse::<f64>().ok());
    text.map_or_else(|| value.clone(), Value::from)
}

fn filled(value: Option<Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

fn cut(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(body: Value) -> (String, String, Value) {
        let Value::Object(body) = body else {
            panic!("an object")
        };
        let (domains, draft) = translate(body).expect("well-formed");
        let properties = serde_json::from_str(draft.properties.as_deref().unwrap_or("{}")).expect("JSON");
        (domains, draft.name.into_owned(), properties)
    }

    #[test]
    fn short_and_long_names_are_the_same() {
        let short = json!({"n": "pageview", "u": "https://a.b/c#/d", "d": "a.b,all.b", "r": "https://e.f/", "h": 1,
            "p": "{\"author\":\"Ada\",\"deep\":{}}"});
        let long = json!({"name": "pageview", "url": "https://a.b/c#/d", "domain": "a.b,all.b",
            "referrer": "https://e.f/", "hashMode": true, "props": {"author": "Ada", "deep": {}}});
        let expected = json!({"author": "Ada", "$url": "https://a.b/c#/d", "$host": "a.b", "$path": "/c#/d",
            "$referrer": "https://e.f/"});
        assert_eq!(
            translated(short),
            ("a.b,all.b".to_owned(), "page_view".to_owned(), expected.clone())
        );
        assert_eq!(translated(long).2, expected);
    }

    #[test]
    fn revenue_is_an_amount_and_a_currency() {
        let body = json!({"n": "Purchase", "u": "https://a.b", "d": "a.b", "$": {"currency": "EUR", "amount": "12.50"}});
        let (_, _, properties) = translated(body);
        assert_eq!(
            (&properties["revenue"], &properties["currency"]),
            (&json!(12.5), &json!("EUR"))
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |body: Value| {
            let Value::Object(body) = body else {
                panic!("an object")
            };
            translate(body).expect_err("something is missing").0
        };
        assert_eq!(refused(json!({"u": "https://a.b", "d": "a.b"})), "event_name");
        assert_eq!(refused(json!({"n": "x", "d": "a.b"})), "url");
        assert_eq!(refused(json!({"n": "x", "u": "https://a.b"})), "domain");
        assert_eq!(
            refused(json!({"n": "x".repeat(121), "u": "https://a.b", "d": "a.b"})),
            "event_name"
        );
    }
}
