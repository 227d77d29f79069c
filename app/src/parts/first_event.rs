//! How to send the first event.

use leptos::prelude::*;

use super::copy::CopyButton;
use super::live;
use crate::language::t;

/// The command that sends one event.
pub(crate) fn command(public_url: &str, write_key: &str) -> String {
    format!(
        "curl -X POST {public_url}/api/analytics/events \\\n  -H 'X-Write-Key: {write_key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"name\":\"page_view\",\"user_id\":\"ada\",\"properties\":{{\"$path\":\"/\"}}}}'"
    )
}

/// What a web page needs in its head.
pub(crate) fn snippet(public_url: &str, write_key: &str) -> String {
    format!("<script defer src=\"{public_url}/dp.js\" data-key=\"{write_key}\"></script>")
}

/// What a web page needs and the command that sends one event, to be copied; and a sign that turns green when the first
/// event is here. `public/first-event.js` turns it.
#[component]
pub(crate) fn FirstEvent(
    /// Where people reach this server.
    #[prop(into)]
    public_url: String,
    /// A write key; a place to put one, where it is not known.
    #[prop(into)]
    write_key: Signal<String>,
) -> impl IntoView {
    let url = public_url.clone();
    let tag = Signal::derive(move || snippet(&url, &write_key.get()));
    let text = Signal::derive(move || command(&public_url, &write_key.get()));
    view! {
        <p>{t("In the head of a web page, for page views and more:")}</p>
        <div class="snippet">
            <pre tabindex="0"><code>{live::text(move || tag.get())}</code></pre>
            <CopyButton text=tag label=t("Copy tag") />
        </div>
        <p>{t("Or from a terminal:")}</p>
        <div class="snippet">
            <pre tabindex="0"><code>{live::text(move || text.get())}</code></pre>
            <CopyButton text label=t("Copy command") />
        </div>
        <p class="first-event" data-first-event="waiting" role="status">
            <span class="waiting">{t("Waiting for the first event …")}</span>
            <span class="arrived">{t("The first event is here.")}</span>
        </p>
    }
}
