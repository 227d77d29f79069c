//! What a saved file is called: as what is in it.

use axum::http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Longer than this, a name is cut.
const LONGEST: usize = 80;

/// `Content-Disposition` of a file that is named after its `title`, or `usual` where that says nothing, with `ending`.
pub(crate) fn attachment(title: &str, usual: &str, ending: &str) -> HeaderValue {
    let name = tidy(title).unwrap_or_else(|| usual.to_owned());
    let plain = if name.is_ascii() { &name } else { usual };
    let any = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let value = format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{any}.{ending}");
    HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// Letters, digits and what joins them; any file system takes those.
fn tidy(title: &str) -> Option<String> {
    let kept = |letter: char| {
        if letter.is_alphanumeric() || "-_.".contains(letter) {
            letter
        } else {
            ' '
        }
    };
    let spaced: String = title.chars().map(kept).take(LONGEST).collect();
    let name = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches(['.', ' ']);
    name.contains(char::is_alphanumeric).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_what_is_in_it() {
        for (title, expected) in [
            (
                "Sign-ups by plan",
                "attachment; filename=\"Sign-ups by plan.csv\"; filename*=UTF-8''Sign%2Dups%20by%20plan.csv",
            ),
            (
                "Umsätze",
                "attachment; filename=\"data.csv\"; filename*=UTF-8''Ums%C3%A4tze.csv",
            ),
            (
                "..\\/\"a\"\r\n;",
                "attachment; filename=\"a.csv\"; filename*=UTF-8''a.csv",
            ),
            ("", "attachment; filename=\"data.csv\"; filename*=UTF-8''data.csv"),
            (
                "…",
                "attachment; filename=\"data.csv\"; filename*=UTF-8''data.csv",
            ),
        ] {
            assert_eq!(attachment(title, "data", "csv"), expected);
        }
    }
}
