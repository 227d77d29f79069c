//! How to send the first event.

use leptos::prelude::*;

use super::copy::CopyButton;
use super::live;

/// The command that sends one event.
pub(crate) fn command(public_url: &str, write_key: &str) -> String {
    format!(
        "curl -X POST {public_url}/api/analytics/events \\\n  -H 'X-Write-Key: {write_key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"name\":\"page_view\",\"user_id\":\"ada\",\"properties\":{{\"$path\":\"/\"}}}}'"
    )
}

/// The command, to be copied.
#[component]
pub(crate) fn FirstEvent(
    /// Where people reach this server.
    #[prop(into)]
    public_url: String,
    /// A write key; a place to put one, where it is not known.
    #[prop(into)]
    write_key: Signal<String>,
) -> impl IntoView {
    let text = Signal::derive(move || command(&public_url, &write_key.get()));
    view! {
        <div class="snippet">
            <pre tabindex="0"><code>{live::text(move || text.get())}</code></pre>
            <CopyButton text label="Copy command" />
        </div>
    }
}
