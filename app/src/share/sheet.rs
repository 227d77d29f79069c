//! The HTML document around a shared page: its head, and what makes it stand alone.

use super::Standing;
use crate::language::Language;

/// What the head says beside the title.
pub(crate) struct Head<'h> {
    pub(crate) title: &'h str,
    pub(crate) theme: &'h str,
    /// The picture that sites show where the link is posted: its absolute address.
    pub(crate) card: Option<&'h str>,
    pub(crate) description: &'h str,
    pub(crate) standing: &'h Standing,
    pub(crate) language: Language,
}

/// The whole document.
pub(crate) fn around(head: &Head<'_>, body: &str) -> String {
    let title = escaped(head.title);
    let (theme, language) = (escaped(head.theme), head.language.tag());
    let class = match head.standing {
        Standing::Framed { .. } => "shared framed",
        Standing::Page { .. } | Standing::File { .. } => "shared",
    };
    let (look, script) = match head.standing {
        Standing::File { css } => (format!("<style>{css}</style>"), String::new()),
        Standing::Page { nonce } | Standing::Framed { nonce } => (
            "<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
             <link rel=\"stylesheet\" href=\"/pkg/datapulse.css\">"
                .to_owned(),
            script(nonce.as_deref()),
        ),
    };
    let posted = posted(head);
    format!(
        "<!DOCTYPE html><html lang=\"{language}\" data-theme=\"{theme}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>{posted}{look}{script}</head>\
         <body class=\"{class}\">{body}</body></html>"
    )
}

/// The page is complete without it: it only brings new figures as they come.
fn script(nonce: Option<&str>) -> String {
    nonce.map_or_else(String::new, |nonce| {
        format!(
            "<script src=\"/share.js\" nonce=\"{}\" defer></script>",
            escaped(nonce)
        )
    })
}

/// What sites show where the link is posted.
fn posted(head: &Head<'_>) -> String {
    let Some(card) = head.card else {
        return String::new();
    };
    let (title, card, description) = (escaped(head.title), escaped(card), escaped(head.description));
    format!(
        "<meta property=\"og:type\" content=\"website\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:description\" content=\"{description}\"><meta property=\"og:image\" content=\"{card}\">\
         <meta property=\"og:image:width\" content=\"1200\"><meta property=\"og:image:height\" content=\"630\">\
         <meta name=\"twitter:card\" content=\"summary_large_image\">"
    )
}

/// `text` as HTML text, and as the value of an attribute in double quotes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
