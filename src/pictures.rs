//! Pictures in PNG and pages in PDF: drawn beside the requests, never more at a time than there are cores to spare.

use engine::Error;
use tokio::sync::Semaphore;

/// Pictures that are being drawn at a time.
static DRAWING: Semaphore = Semaphore::const_new(2);

/// What `draw` gives, as PNG, with `scale` pixels for each of its units.
///
/// # Errors
/// [`Error::NotFound`] where there is nothing to draw, [`Error::Internal`].
pub(crate) async fn png(
    draw: impl FnOnce() -> String + Send + 'static,
    scale: f32,
) -> Result<Vec<u8>, Error> {
    let paint = move || {
        let svg = draw();
        if svg.is_empty() {
            return Err(Error::NotFound);
        }
        charts::png(&svg, scale).map_err(Error::internal)
    };
    beside(paint).await
}

/// The pages that `draw` gives, as PDF.
///
/// # Errors
/// As [`png()`].
pub(crate) async fn pdf(
    title: String,
    draw: impl FnOnce() -> Vec<String> + Send + 'static,
) -> Result<Vec<u8>, Error> {
    beside(move || charts::pdf(&title, &draw()).map_err(Error::internal)).await
}

async fn beside(paint: impl FnOnce() -> Result<Vec<u8>, Error> + Send + 'static) -> Result<Vec<u8>, Error> {
    let place = DRAWING.acquire().await.map_err(Error::internal)?;
    let painted = tokio::task::spawn_blocking(paint)
        .await
        .map_err(Error::internal)?;
    drop(place);
    painted
}
