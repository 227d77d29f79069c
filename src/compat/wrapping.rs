//! JSON as SDKs wrap it: compressed, in base64, in a form.

use std::io::Read;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use engine::Error;
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use url::form_urlencoded;

const GZIP: [u8; 2] = [0x1f, 0x8b];
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The JSON in a body, which decompressed has at most `most` bytes.
///
/// # Errors
/// [`Error::Invalid`] with `body_too_large` or `not_json`.
pub(super) fn unwrapped(bytes: &[u8], most: usize) -> Result<Value, Error> {
    let text = decoded(bytes, most)?;
    let text = match text.first() {
        Some(b'{' | b'[') | None => text,
        _ => from_form(&text, most)?,
    };
    serde_json::from_slice(&text).map_err(|error| not_json(&error.to_string()))
}

/// Uncompressed, without a byte order mark and blanks in front.
fn decoded(bytes: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    if bytes.starts_with(&GZIP) {
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        MultiGzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut plain)
            .map_err(|error| not_json(&error.to_string()))?;
        if plain.len() > most {
            let message = format!("Decompressed, the body is larger than {} KiB.", most / 1024);
            return Err(Error::invalid("", "body_too_large", message));
        }
    } else {
        plain.extend_from_slice(bytes);
    }
    let body = plain.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain);
    Ok(body.trim_ascii().to_vec())
}

/// `data=` of a form, or the whole body: base64 of JSON, which may be compressed too.
fn from_form(text: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let data = form_urlencoded::parse(text)
        .find(|(name, _)| name == "data")
        .map(|(_, value)| value.into_owned().into_bytes());
    let data = data.unwrap_or_else(|| text.to_vec());
    if data.trim_ascii_start().starts_with(b"{") || data.trim_ascii_start().starts_with(b"[") {
        return Ok(data);
    }
    // In a form that was not escaped, `+` was read as a blank.
    let data: Vec<u8> = data
        .iter()
        .map(|byte| if *byte == b' ' { b'+' } else { *byte })
        .collect();
    let bytes = BASE64
        .decode(&data)
        .map_err(|_| not_json("it is neither JSON nor base64 of JSON"))?;
    decoded(&bytes, most)
}

fn not_json(why: &str) -> Error {
    Error::invalid("", "not_json", format!("The body is not JSON: {why}."))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn read(bytes: &[u8]) -> Option<Value> {
        unwrapped(bytes, 4096).ok()
    }

    #[test]
    fn json_is_found_in_every_wrapping() {
        let text = br#"{"event":"a+b & c"}"#;
        let base64 = BASE64.encode(text);
        let escaped: String = form_urlencoded::byte_serialize(base64.as_bytes()).collect();
        let bodies = [
            text.to_vec(),
            [b"\xef\xbb\xbf \n".as_slice(), text].concat(),
            gzip(text),
            base64.clone().into_bytes(),
            format!("data={base64}&compression=base64").into_bytes(),
            format!("v=1&data={escaped}").into_bytes(),
            format!("data={}", BASE64.encode(gzip(text))).into_bytes(),
        ];
        for body in bodies {
            assert_eq!(read(&body), Some(json!({"event": "a+b & c"})), "{body:?}");
        }
    }

    #[test]
    fn what_is_too_large_or_broken_is_refused() {
        assert_eq!(read(&gzip(&vec![b' '; 100_000])), None, "a bomb");
        assert_eq!(read(&gzip(b"{}")[..12]), None, "cut off");
        assert_eq!(read(b"nope%"), None);
        assert_eq!(read(&vec![b'['; 5000]), None);
    }
}
