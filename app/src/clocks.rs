//! Whose clocks a page goes by.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use leptos::prelude::{provide_context, use_context};
use model::Timestamp;

/// The IANA name of the organization's time zone, in the context of its pages.
#[derive(Clone)]
struct Zone(String);

/// What is drawn from here on goes by the clocks of `zone`.
pub(crate) fn go_by(zone: &str) {
    provide_context(Zone(zone.to_owned()));
}

/// A time on the clocks of the page, and whether these are UTC for want of any other.
pub(crate) fn here(time: Timestamp) -> (DateTime, bool) {
    let local = use_context::<Zone>().and_then(|Zone(zone)| on(&zone, time));
    let is_utc = local.is_none();
    (local.unwrap_or_else(|| Offset::UTC.to_datetime(time)), is_utc)
}

#[cfg(feature = "ssr")]
fn on(zone: &str, time: Timestamp) -> Option<DateTime> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    Some(zone.to_datetime(time))
}

/// The browser knows the time zones, so that the app need not bring them; Swedish writes `2026-11-27 09:35:38`.
#[cfg(not(feature = "ssr"))]
fn on(zone: &str, time: Timestamp) -> Option<DateTime> {
    use wasm_bindgen::{JsCast, JsValue};
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of all years that people use fit"
    )]
    let millis = time.as_millisecond() as f64;
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
    let write = js_sys::Reflect::get(&date, &"toLocaleString".into()).ok()?;
    // A zone that this browser does not know is an error.
    let text = write
        .dyn_into::<js_sys::Function>()
        .ok()?
        .call2(&date, &"sv-SE".into(), &options)
        .ok()?;
    text.as_string()?.parse().ok()
}
