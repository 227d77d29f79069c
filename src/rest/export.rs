//! `GET /api/analytics/export`: events to take along, written as they are read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use engine::query::{After, Export};
use engine::{Engine, Error};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::export::{Format, Writer};
use crate::identity::Asking;
use crate::problem::Answered;
use crate::rest::parameters;

/// How often the store may be too busy in a row.
const MOST_TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Which events, and written as what.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asked {
    format: Option<String>,
    from: Option<String>,
    to: Option<String>,
    last: Option<String>,
    timezone: Option<String>,
    event: Option<String>,
    filter: Option<String>,
    after: Option<String>,
}

/// `GET /api/analytics/export`
pub(crate) async fn export(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Answered<Response> {
    let asked = parameters(asked)?;
    let format = asked.format()?;
    let query = asked.query()?;
    let export = engine.export(&caller, query.as_ref(), asked.after()?).await?;
    let total = HeaderValue::from(export.total());
    let name = format!("attachment; filename=\"events.{}\"", format.as_str());
    let disposition = HeaderValue::try_from(name).map_err(Error::internal)?;
    let body = body(export, Writer::new(format).map_err(Error::internal)?);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert("x-datapulse-events", total);
    Ok(response)
}

impl Asked {
    fn format(&self) -> Result<Format, Error> {
        let word = self.format.as_deref().unwrap_or(Format::Ndjson.as_str());
        word.parse()
            .map_err(|message: String| Error::invalid("format", "unknown", message))
    }

    /// The question for events; nothing where all are wanted.
    fn query(&self) -> Result<Option<model::query::Query>, Error> {
        let range = match (&self.from, &self.to, &self.last) {
            (None, None, None) => None,
            (Some(from), Some(to), None) => Some(json!({ "from": from, "to": to })),
            (None, None, Some(last)) => Some(json!({ "last": last })),
            _ => {
                let message = "Write `from` and `to`, or `last`, or none of them for everything.";
                return Err(Error::invalid("from", "incomplete", message));
            }
        };
        let is_all = range.is_none() && self.event.is_none() && self.filter.is_none();
        if is_all {
            return Ok(None);
        }
        // Without a range everything is meant: nothing happened before the year 1 or after 9998.
        let range = range.unwrap_or_else(|| json!({ "from": "0001-01-02", "to": "9998-12-30" }));
        let mut question = json!({ "kind": "events", "range": range });
        if let Some(event) = &self.event {
            question["event"] = Value::from(event.as_str());
        }
        if let Some(timezone) = &self.timezone {
            question["timezone"] = Value::from(timezone.as_str());
        }
        if let Some(filter) = &self.filter {
            question["filter"] = serde_json::from_str(filter).map_err(|error| {
                Error::invalid("filter", "not_json", format!("`filter` is not JSON: {error}."))
            })?;
        }
        model::query::Query::from_value(question)
            .map(Some)
            .map_err(Error::from)
    }

    fn after(&self) -> Result<Option<After>, Error> {
        let Some(text) = &self.after else {
            return Ok(None);
        };
        let wrong = || {
            let message =
                "`after` is the time and the id of the last event that you have: 2026-01-01T00:00:00Z/id.";
            Error::invalid("after", "invalid", message)
        };
        let (time, id) = text.split_once('/').ok_or_else(wrong)?;
        Ok(Some(After {
            time: time.parse().map_err(|_| wrong())?,
            id: id.to_owned(),
        }))
    }
}

/// What is under way.
struct Sending {
    export: Export,
    /// Nothing once the last bytes are sent.
    writer: Option<Writer>,
}

fn body(export: Export, writer: Writer) -> Body {
    let sending = Sending {
        export,
        writer: Some(writer),
    };
    Body::from_stream(stream::try_unfold(sending, |mut sending| async move {
        let piece = sending.piece().await;
        if let Err(error) = &piece {
            tracing::warn!(%error, "an export broke off");
        }
        Ok::<_, Error>(piece?.map(|piece| (piece, sending)))
    }))
}

impl Sending {
    /// The next bytes; nothing at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let Some(writer) = &mut self.writer else {
                return Ok(None);
            };
            let bytes = match next(&mut self.export).await? {
                Some(events) => writer.add(&events),
                None => self.writer.take().map_or(Ok(Vec::new()), Writer::finish),
            };
            let bytes = bytes.map_err(Error::internal)?;
            if !bytes.is_empty() {
                return Ok(Some(bytes.into()));
            }
        }
    }
}

/// Waits for its turn where the organization asks a lot.
async fn next(export: &mut Export) -> Result<Option<Vec<model::event::Event>>, Error> {
    let mut tries = 0;
    loop {
        match export.next().await {
            Err(Error::TooMany { .. } | Error::Unavailable { .. }) if tries < MOST_TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}
