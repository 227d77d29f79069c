//! Pictures in PNG: drawn beside the requests, never more at a time than there are cores to spare.

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
    let place = DRAWING.acquire().await.map_err(Error::internal)?;
    let drawn = tokio::task::spawn_blocking(move || {
        let svg = draw();
        if svg.is_empty() {
            return Err(Error::NotFound);
        }
        charts::png(&svg, scale).map_err(Error::internal)
    });
    let drawn = drawn.await.map_err(Error::internal)?;
    drop(place);
    drawn
}
