//! What pages ask the server: each function is who asks and one engine call.
#![expect(missing_docs, reason = "the structs that `#[server]` makes of its arguments")]

pub mod catalogue;
pub mod dashboards;
pub mod data;
pub mod keys;
pub mod live;
pub mod organization;
pub mod people;
pub mod segments;
pub mod session;
pub mod shares;
pub mod users;
pub mod widgets;

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

/// JSON, read as text: pages carry their data as text too, so the browser needs one reader instead of two.
#[derive(Debug)]
pub struct JsonText;

/// How server functions are called, and how they answer.
pub type Json = Post<JsonText>;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_string(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        let text = std::str::from_utf8(&bytes).map_err(serde_json::Error::custom)?;
        serde_json::from_str(text)
    }
}
