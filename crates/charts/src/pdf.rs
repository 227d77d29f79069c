//! From our SVG to PDF, in this process: each picture is a page, its words stay words.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

use crate::png::{PictureError, read};

/// Points for each pixel: a page is as large on paper as on a screen of 96 pixels an inch.
const POINTS: f32 = 0.75;

/// A PDF whose pages are these pictures. Takes a few ten milliseconds of one core for each.
///
/// # Errors
/// [`PictureError`] for what is no SVG or has no size.
pub fn pdf(title: &str, pages: &[String]) -> Result<Vec<u8>, PictureError> {
    let mut document = Document::new();
    let said = Metadata::new()
        .title(title.to_owned())
        .producer("DataPulse".to_owned());
    document.set_metadata(said);
    for svg in pages {
        let tree = read(svg)?;
        let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
        let sizeless = || PictureError("the page has no size".to_owned());
        let size = Size::from_wh(width, height).ok_or_else(sizeless)?;
        let mut page = document.start_page_with(PageSettings::new(size));
        let mut surface = page.surface();
        surface
            .draw_svg(&tree, size, SvgSettings::default())
            .ok_or_else(sizeless)?;
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| PictureError(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="96" height="192" font-family="Roboto"><text x="0" y="15">Words</text></svg>"#;

    #[test]
    fn every_picture_is_a_page_of_its_size() {
        let file = pdf("Two pages", &[PAGE.to_owned(), PAGE.to_owned()]).expect("a file");
        assert!(file.starts_with(b"%PDF-") && file.trim_ascii_end().ends_with(b"%%EOF"));
        let text: String = String::from_utf8_lossy(&file)
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect();
        let count = text.matches("/MediaBox[0072144]").count();
        assert_eq!(count, 2, "{text}");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(pdf("x", &["<p>".to_owned()]).is_err());
    }
}
