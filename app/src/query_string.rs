//! The part of an address behind its `?`. The router's own map decodes values twice, which spoils a `%` in a filter.

/// The pairs in `search`, decoded, in order.
#[must_use]
pub(crate) fn pairs(search: &str) -> Vec<(String, String)> {
    let search = search.strip_prefix('?').unwrap_or(search);
    let parts = search.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// The value of the last pair named `name`, unless it is empty.
#[must_use]
pub(crate) fn value(search: &str, name: &str) -> Option<String> {
    let found = pairs(search).into_iter().rev().find(|(key, _)| key == name);
    found.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// `?a=1&b=2`, or nothing where there are no pairs.
#[must_use]
pub(crate) fn written(pairs: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

/// `value` as it stands in an address.
#[must_use]
pub(crate) fn encoded(value: &str) -> String {
    let mut text = String::new();
    encode(value, &mut text);
    text
}

fn encode(value: &str, text: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:,/$".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let ahead = rest.clone();
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                if let (Some(high), Some(low)) = (hex_digit(rest.next()), hex_digit(rest.next())) {
                    bytes.push(high << 4 | low);
                } else {
                    bytes.push(b'%');
                    rest = ahead;
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive() {
        for text in [
            "",
            "a b",
            "100 %",
            "%41",
            "a+b&c=d?#",
            "ü€🙂",
            r#"{"property":"$path","value":"/x"}"#,
        ] {
            let search = written(&[("a", text.to_owned()), ("b", "2".to_owned())]);
            assert_eq!(
                pairs(&search),
                [
                    ("a".to_owned(), text.to_owned()),
                    ("b".to_owned(), "2".to_owned())
                ]
            );
        }
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(value("?a=%", "a").as_deref(), Some("%"));
        assert_eq!(value("a=%zz+1&b", "a").as_deref(), Some("%zz 1"));
        assert_eq!(value("a=&b=1", "a"), None);
        assert_eq!(value("a=1&a=2", "a").as_deref(), Some("2"));
    }
}
