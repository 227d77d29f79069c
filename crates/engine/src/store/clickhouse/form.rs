//! A statement and its parameters as a form of several parts, the one place where ClickHouse takes long ones.

use std::fmt::Write;

/// The server refuses longer values of a field; the text of a statement may come in several.
const MOST_OF_A_FIELD: usize = 64 * 1024;

/// The content type and the body.
pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Form {
    /// Of the statement's text and its parameters, as [`escaped`] writes them.
    pub(super) fn new(text: &str, params: &[(String, String)]) -> Self {
        let boundary = boundary(text, params);
        let mut body = String::with_capacity(text.len() + params.len() * 128);
        for piece in pieces(text) {
            add(&mut body, &boundary, "query", piece);
        }
        for (name, value) in params {
            add(&mut body, &boundary, &format!("param_{name}"), value);
        }
        body.push_str("--");
        body.push_str(&boundary);
        body.push_str("--\r\n");
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body,
        }
    }
}

fn add(body: &mut String, boundary: &str, name: &str, value: &str) {
    let header = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
    body.push_str(&header);
    body.push_str(value);
    body.push_str("\r\n");
}

/// Something that none of the values holds.
fn boundary(text: &str, params: &[(String, String)]) -> String {
    let mut boundary = "datapulse-statement".to_owned();
    let mut number = 0_u64;
    let is_in = |boundary: &str, value: &str| value.contains(boundary);
    while is_in(&boundary, text) || params.iter().any(|(_, value)| is_in(&boundary, value)) {
        number += 1;
        boundary.truncate("datapulse-statement".len());
        // Writing to a text cannot fail.
        let _ = write!(boundary, "-{number}");
    }
    boundary
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > MOST_OF_A_FIELD {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(MOST_OF_A_FIELD));
        pieces.push(piece);
        rest = more;
    }
    pieces.push(rest);
    pieces
}

/// Text as a parameter of type String is written.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\0' => escaped.push_str("\\0"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_the_statement_and_its_parameters() {
        let form = Form::new("SELECT {p0:String}", &[("p0".to_owned(), escaped("a\tb\\"))]);
        assert_eq!(
            form.body,
            "--datapulse-statement\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT {p0:String}\r\n\
             --datapulse-statement\r\nContent-Disposition: form-data; name=\"param_p0\"\r\n\r\na\\tb\\\\\r\n\
             --datapulse-statement--\r\n"
        );
    }

    #[test]
    fn no_value_can_end_the_form() {
        let value = "--datapulse-statement--\r\n--datapulse-statement-1".to_owned();
        let form = Form::new("SELECT 1", &[("p0".to_owned(), value)]);
        assert!(form.content_type.ends_with("boundary=datapulse-statement-2"));
    }

    #[test]
    fn a_long_statement_comes_in_pieces() {
        let text = "ä".repeat(MOST_OF_A_FIELD);
        let pieces = pieces(&text);
        assert!(pieces.iter().all(|piece| piece.len() <= MOST_OF_A_FIELD));
        assert_eq!(pieces.concat(), text);
    }
}
