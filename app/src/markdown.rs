//! Markdown of text widgets as HTML that cannot do harm.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html};

const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];

/// Renders Markdown. Raw HTML is shown as the text it is; links lead to http, https and mailto only, pictures nowhere.
pub(crate) fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(made_safe);
    let mut rendered = String::with_capacity(text.len() * 2);
    html::push_html(&mut rendered, events);
    without_style_attributes(rendered)
}

/// The words of Markdown alone, a line for each of its blocks: for paper, which knows no marks.
#[must_use]
pub fn to_words(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut words = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(said) | Event::Code(said) | Event::Html(said) | Event::InlineHtml(said) => {
                words.push_str(&said);
            }
            Event::SoftBreak | Event::End(TagEnd::TableCell) => words.push(' '),
            Event::Start(Tag::Item) => words.push_str("\n– "),
            Event::HardBreak | Event::End(_) if is_end_of_line(&event) => words.push('\n'),
            _ => {}
        }
    }
    words.trim().to_owned()
}

fn is_end_of_line(event: &Event<'_>) -> bool {
    let Event::End(end) = event else {
        return *event == Event::HardBreak;
    };
    matches!(
        end,
        TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::TableHead
            | TagEnd::TableRow
    )
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
    use super::{to_html, to_words};

    #[test]
    fn words_come_without_their_marks() {
        let text =
            "# Hello\n\nMade-up events of a **small** [app](https://a.example),\nyours.\n\n- one\n- `two`\n";
        let words = to_words(text);
        let lines: Vec<&str> = words.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            lines,
            ["Hello", "Made-up events of a small app, yours.", "– one", "– two"]
        );
    }

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
