//! The document around every page of the app.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Starts the app in the browser. Leptos' own script guesses the files' names from how the server was compiled.
#[cfg(feature = "ssr")]
const HYDRATE: &str = "import start, { hydrate } from '/pkg/datapulse.js';\n\
    import { lines } from '/scripts/words.js';\n\
    await start({ module_or_path: '/pkg/datapulse.wasm' });\nperformance.mark('hydrate');\nhydrate(lines, document.documentElement.dataset.clock === '12');";

/// What a release's script fetches its other parts with; it imports it before anything else.
#[cfg(feature = "ssr")]
const SPLIT_LOADER: Option<&str> = if cfg!(debug_assertions) {
    None
} else {
    Some("/pkg/__wasm_split.______________________.js")
};

/// The whole HTML document of the app.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos::nonce::use_nonce;
    use leptos_meta::MetaTags;
    use model::language::Language;

    use crate::language::{here, reader};
    use crate::theme::Theme;
    // A page on a wall is dark and without its frame from the first moment on.
    let is_on_a_wall = crate::server::is_on_a_wall();
    let theme = if is_on_a_wall {
        Theme::Dark
    } else {
        crate::server::theme()
    };
    view! {
        <!DOCTYPE html>
        <html lang=here().tag() data-clock=reader().clock.as_str() data-theme=theme.as_str() class=is_on_a_wall.then_some("tv")>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href="/pkg/datapulse.css" />
                <AutoReload options />
                <link rel="modulepreload" href="/pkg/datapulse.js" nonce=use_nonce() />
                <link rel="modulepreload" href="/scripts/words.js" nonce=use_nonce() />
                {SPLIT_LOADER.map(|path| view! { <link rel="modulepreload" href=path nonce=use_nonce() /> })}
                <link rel="preload" href="/pkg/datapulse.wasm" r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <script type="module" nonce=use_nonce()>{HYDRATE}</script>
                <script defer src="/first-event.js" nonce=use_nonce()></script>
                <script type="module" src="/scripts/app.js" nonce=use_nonce()></script>
                <script type="module" src="/live.js" nonce=use_nonce()></script>
                {(here() != Language::English).then(|| view! {
                    <link rel="preload" href=format!("/words/{}.json", here().tag()) r#as="fetch" r#type="application/json" crossorigin="anonymous" />
                })}
                <MetaTags />
            </head>
            <body>
                <crate::App />
            </body>
        </html>
    }
}
