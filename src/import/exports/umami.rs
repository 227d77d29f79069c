//! Umami's export: `website_event.csv`, a header and a row for each event.

use serde_json::Value;

use super::{dated, json};
use crate::compat::said::{Object, Said, id, instant, text};
use crate::import::csv_rows::{cells, delimiter_of};

/// Columns under the names that all ways in share.
const SHARED: [(&str, &str); 20] = [
    ("$browser", "browser"),
    ("$os", "os"),
    ("$device", "device"),
    ("$screen", "screen"),
    ("$language", "language"),
    ("$country", "country"),
    ("$region", "region"),
    ("$city", "city"),
    ("$host", "hostname"),
    ("$path", "url_path"),
    ("$title", "page_title"),
    ("$referrer_domain", "referrer_domain"),
    ("tag", "tag"),
    ("utm_source", "utm_source"),
    ("utm_medium", "utm_medium"),
    ("utm_campaign", "utm_campaign"),
    ("utm_term", "utm_term"),
    ("utm_content", "utm_content"),
    ("gclid", "gclid"),
    ("fbclid", "fbclid"),
];

/// The header, with which rows become events.
#[derive(Debug)]
pub(in crate::import) struct UmamiRows {
    delimiter: u8,
    columns: Vec<String>,
}

impl UmamiRows {
    /// Reads the header row.
    ///
    /// # Errors
    /// A sentence when it is no export of Umami's events.
    pub(in crate::import) fn from_header(row: &[u8]) -> Result<Self, String> {
        let delimiter = delimiter_of(row);
        let columns = cells(row, delimiter)?;
        for needed in ["session_id", "url_path", "created_at"] {
            if !columns.iter().any(|column| column == needed) {
                return Err(format!(
                    "This is not Umami's website_event.csv: it has no column `{needed}`."
                ));
            }
        }
        Ok(Self { delimiter, columns })
    }

    /// The row as an event; `id` is its id unless the row has one.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(in crate::import) fn event(&self, row: &[u8], own_id: &str) -> Result<String, String> {
        let cells = cells(row, self.delimiter)?;
        if cells.len() != self.columns.len() {
            let (found, expected) = (cells.len(), self.columns.len());
            return Err(format!("This row has {found} fields, the header has {expected}."));
        }
        let filled = self
            .columns
            .iter()
            .cloned()
            .zip(cells)
            .filter(|(_, cell)| !matches!(cell.as_str(), "" | "\\N"));
        let mut row: Object = filled.map(|(column, cell)| (column, Value::from(cell))).collect();
        let mut said = Said {
            name: text(&row, "event_name").unwrap_or("page_view").to_owned(),
            id: id(row.get("event_id")),
            timestamp: instant(row.get("created_at")),
            user_id: id(row.get("distinct_id")),
            anonymous_id: id(row.get("session_id")),
            session_id: id(row.get("visit_id")),
            ..Said::default()
        };
        said.put("$url", address(&row, "hostname", "url_path", "url_query"));
        said.put(
            "$referrer",
            address(&row, "referrer_domain", "referrer_path", "referrer_query"),
        );
        for (ours, theirs) in SHARED {
            said.put(ours, row.remove(theirs));
        }
        let draft = said.draft();
        dated(&draft)?;
        Ok(json(&draft, own_id))
    }
}

fn address(row: &Object, host: &str, path: &str, query: &str) -> Option<Value> {
    let host = text(row, host)?;
    let path = text(row, path).unwrap_or("/");
    let query = text(row, query)
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Some(format!("https://{host}{path}{query}").into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_page_views_and_events() {
        let header = b"website_id,session_id,visit_id,event_id,hostname,browser,country,url_path,url_query,referrer_domain,page_title,event_type,event_name,created_at";
        let rows = UmamiRows::from_header(header).expect("a header");
        let read = |row: &str| -> Value {
            let text = rows.event(row.as_bytes(), "line").expect(row);
            serde_json::from_str(&text).expect("it writes JSON")
        };
        let view = read(r#"w,s,v,e1,a.b,chrome,DE,/c,x=1,google.com,"Hi, there",1,,2026-01-02 03:04:05"#);
        let expected = json!({"id": "e1", "name": "page_view", "timestamp": "2026-01-02T03:04:05Z", "anonymous_id": "s",
            "session_id": "v", "properties": {"$url": "https://a.b/c?x=1", "$host": "a.b", "$path": "/c",
                "$browser": "chrome", "$country": "DE", "$referrer_domain": "google.com", "$referrer": "https://google.com/",
                "$title": "Hi, there"}});
        assert_eq!(view, expected);
        let signup = read("w,s,v,,a.b,,,/c,,,,2,signup,2026-01-02T03:04:05Z");
        assert_eq!(
            (&signup["id"], &signup["name"]),
            (&json!("line"), &json!("signup"))
        );
        assert!(UmamiRows::from_header(b"name,user_id").is_err());
        assert_eq!(
            rows.event(b"w,s", "line").expect_err("too few"),
            "This row has 2 fields, the header has 14."
        );
    }
}
