//! From the marks of charts-rs to the finished element: the theme's colours, names for screen readers, no styles.

use crate::palette::Ink;
use crate::sheet::Sheet;
use crate::{Svg, Theme};

/// Wraps what is on `sheet` into an element that is called `label`.
pub(crate) fn finish(sheet: &Sheet, label: &str, theme: Theme) -> Svg {
    let body = themed(sheet.body(), theme);
    let body: String = body
        .replace(">\n", ">")
        .replace("\n<", "<")
        .chars()
        .filter(|letter| is_xml(*letter))
        .collect();
    let (width, height, label) = (sheet.width(), sheet.height(), escaped(label));
    Svg(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" aria-label=\"{label}\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"Roboto, system-ui, sans-serif\" \
         font-size=\"13\">{body}</svg>"
    ))
}

/// Text as XML, for content and for attributes. What XML cannot hold at all is dropped.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| is_xml(*letter)) {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Whether XML 1.0 may hold the letter; line breaks are needed in tooltips.
fn is_xml(letter: char) -> bool {
    letter == '\n' || !(letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'))
}

/// Replaces the colours that charts-rs wrote by those of the theme: in tags only, never in anybody's words.
fn themed(markup: &str, theme: Theme) -> String {
    if theme == Theme::Light {
        return markup.to_owned();
    }
    let replacements: Vec<(String, String)> = Ink::all()
        .map(|ink| {
            (
                format!("\"{}\"", ink.written(Theme::Light)),
                format!("\"{}\"", ink.written(theme)),
            )
        })
        .collect();
    let mut themed = String::with_capacity(markup.len() * 5 / 4);
    for piece in markup.split_inclusive('>') {
        let (words, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        themed.push_str(words);
        themed.push_str(&repainted(tag, &replacements));
    }
    themed
}

fn repainted(tag: &str, replacements: &[(String, String)]) -> String {
    let mut painted = String::with_capacity(tag.len() + 16);
    let mut rest = tag;
    while let Some(position) = rest.find("\"#") {
        let (before, from_colour) = rest.split_at(position);
        painted.push_str(before);
        let known = replacements
            .iter()
            .find(|(from, _)| from_colour.starts_with(from.as_str()));
        let (written, consumed) = known.map_or(("\"", 1), |(from, to)| (to.as_str(), from.len()));
        painted.push_str(written);
        rest = &from_colour[consumed..];
    }
    painted.push_str(rest);
    painted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_changes_tags_and_never_words() {
        let markup =
            "<path stroke=\"#5B5BD6\" fill=\"none\"/><text fill=\"#5F6673\">\n\"#5B5BD6\" &lt;b&gt;\n</text>";
        assert_eq!(
            themed(markup, Theme::Page),
            "<path stroke=\"var(--series-1)\" fill=\"none\"/><text fill=\"var(--muted)\">\n\"#5B5BD6\" &lt;b&gt;\n</text>"
        );
        assert!(themed(markup, Theme::Dark).contains("<text fill=\"#9AA1AD\">"));
    }

    #[test]
    fn words_cannot_become_markup() {
        assert_eq!(
            escaped("<script>\"&\u{0}\u{b}</script>"),
            "&lt;script&gt;&quot;&amp;&lt;/script&gt;"
        );
    }
}
