//! From our SVG to PNG, in this process, with the font that the charts measure with.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Most pixels of a picture: about 64 MB while it is drawn.
const MOST_PIXELS: f32 = 16_000_000.0;

/// Nothing but the embedded font: a picture looks the same on every machine.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(charts_rs::DEFAULT_FONT_DATA.to_vec());
    for set in [
        fontdb::Database::set_sans_serif_family,
        fontdb::Database::set_serif_family,
        fontdb::Database::set_monospace_family,
    ] as [fn(&mut fontdb::Database, &'static str); 3]
    {
        set(&mut fonts, "Roboto");
    }
    Arc::new(fonts)
});

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureError(pub(crate) String);

impl std::fmt::Display for PictureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PictureError {}

/// `svg`, read with the embedded font.
pub(crate) fn read(svg: &str) -> Result<Tree, PictureError> {
    let options = Options {
        font_family: "Roboto".to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| PictureError(error.to_string()))
}

/// `svg` as PNG, with `scale` pixels for each of its units. Takes a few ten milliseconds of one core.
///
/// # Errors
/// [`PictureError`] for what is no SVG, or too large.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PictureError> {
    let tree = read(svg)?;
    let size = tree.size();
    let (width, height) = (size.width() * scale, size.height() * scale);
    if width * height > MOST_PIXELS {
        return Err(PictureError("the picture is too large".to_owned()));
    }
    let pixels = |length: f32| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a length is positive, and bounded by the check above"
        )]
        let whole = length.ceil() as u32;
        whole.max(1)
    };
    let mut picture = Pixmap::new(pixels(width), pixels(height))
        .ok_or_else(|| PictureError("the picture has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture
        .encode_png()
        .map_err(|error| PictureError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5"><rect width="10" height="5" fill="#ff0000"/></svg>"##;

    fn pixmap(svg: &str) -> Pixmap {
        Pixmap::decode_png(&png(svg, 2.0).expect("it is drawn")).expect("it is a PNG")
    }

    #[test]
    fn a_picture_has_its_size_and_colours() {
        let picture = pixmap(RED);
        assert_eq!((picture.width(), picture.height()), (20, 10));
        let pixel = picture.pixel(10, 5).expect("it is inside");
        assert_eq!((pixel.red(), pixel.green(), pixel.alpha()), (255, 0, 255));
    }

    #[test]
    fn letters_are_drawn_with_the_embedded_font() {
        let with = |family: &str| {
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="{family}"><text x="0" y="15">Wg</text></svg>"#
            );
            pixmap(&svg)
        };
        let inked = |picture: &Pixmap| picture.pixels().iter().filter(|pixel| pixel.alpha() > 0).count();
        let picture = with("Roboto, sans-serif");
        assert!(inked(&picture) > 50, "{}", inked(&picture));
        assert_eq!(picture.data(), with("no such font").data());
    }

    #[test]
    fn what_is_too_large_or_no_picture_is_refused() {
        assert!(png("<p>", 1.0).is_err());
        assert!(png(RED, 5_000.0).is_err());
    }
}
