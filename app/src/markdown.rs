//! Markdown of text widgets as HTML that cannot do harm.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, html};

const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];

/// Renders Markdown. Raw HTML is shown as the text it is; links lead to http, https and mailto only, pictures nowhere.
pub(crate) fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(made_safe);
    let mut rendered = String::with_capacity(text.len() * 2);
    html::push_html(&mut rendered, events);
    without_style_attributes(rendered)
}

fn made_safe(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = if link_type == LinkType::Email || is_harmless(&dest_url) {
                dest_url
            } else {
                "#".into()
            };
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        // The page's policy lets pictures come from this server only.
        Event::Start(Tag::Image {
            link_type, title, id, ..
        }) => Event::Start(Tag::Image {
            link_type,
            dest_url: "data:,".into(),
            title,
            id,
        }),
        other => other,
    }
}

fn is_harmless(address: &str) -> bool {
    let address = address.trim().to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| address.starts_with(scheme))
}

/// Aligned table cells come with style attributes, which the page's policy refuses.
fn without_style_attributes(html: String) -> String {
    if !html.contains(" style=\"text-align: ") {
        return html;
    }
    let mut html = html;
    for side in ["left", "center", "right"] {
        for cell in ["td", "th"] {
            html = html.replace(
                &format!("<{cell} style=\"text-align: {side}\">"),
                &format!("<{cell} class=\"{side}\">"),
            );
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn raw_html_is_text() {
        let html = to_html("Hi <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn links_lead_to_the_web_or_a_mailbox() {
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//host",
        ] {
            let html = to_html(&format!("[x](<{bad}>)"));
            assert!(html.contains("href=\"#\""), "{html}");
        }
        assert!(to_html("[x](https://example.org/a?b=c)").contains("href=\"https://example.org/a?b=c\""));
        assert!(to_html("<mailto:a@b.c>").contains("href=\"mailto:a@b.c\""));
    }

    #[test]
    fn tables_align_by_class() {
        let html = to_html("|a|b|\n|:-:|--:|\n|1|2|\n");
        assert!(
            !html.contains("style=") && html.contains("<td class=\"right\">2</td>"),
            "{html}"
        );
    }
}
