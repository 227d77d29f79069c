//! What DataPulse is, for somebody who is not signed in.

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::language::{key, t};
use crate::parts::icon::mark;
use crate::parts::title::Title;

/// What it is good for.
const POINTS: [(&str, &str); 3] = [
    (
        key("Send events from anywhere"),
        key(
            "One HTTP call, a log file or a CSV. An event that was accepted is on disk before you hear back.",
        ),
    ),
    (
        key("Ask, and see it drawn"),
        key(
            "Counts, unique users, sums and percentiles, broken down and compared, on dashboards you arrange yourself.",
        ),
    ),
    (
        key("Share with a link"),
        key(
            "A dashboard as a document that opens anywhere, also without JavaScript, and stops working when you say so.",
        ),
    ),
];

/// The page.
pub(super) fn landing() -> AnyView {
    let points = POINTS
        .into_iter()
        .map(|(title, words)| view! { <li><h2>{t(title)}</h2><p>{t(words)}</p></li> })
        .collect_view();
    view! {
        <Title text="" />
        <Meta name="description" content=t("Product analytics you can host yourself: events in, live dashboards and share links out.") />
        <div class="landing">
            <header>
                <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
                <nav aria-label=t("Account")>
                    <a class="button quiet" href="/login">{t("Sign in")}</a>
                    <a class="button" href="/register">{t("Create an account")}</a>
                </nav>
            </header>
            <main>
                <section class="hero">
                    <h1>{t("See what people do with your product")}</h1>
                    <p>
                        {t("DataPulse turns the events your product sends into dashboards your team looks at. It runs on one machine of yours, and your data stays there.")}
                    </p>
                    <p class="actions">
                        <a class="button primary large" href="/register">{t("Create an account")}</a>
                        <a class="button large" href="/login">{t("Sign in")}</a>
                    </p>
                </section>
                {picture()}
                <ul class="points">{points}</ul>
            </main>
            <footer><p>{t("Open source, Apache-2.0.")}</p></footer>
        </div>
    }
    .into_any()
}

/// A drawing of a dashboard; no figures in it, so that it promises none.
fn picture() -> AnyView {
    view! {
        <svg class="hero-picture" viewBox="0 0 960 320" role="img" aria-label=t("A dashboard with a line, bars and a ring")>
            <rect class="card" x="1" y="1" width="598" height="318" rx="12"></rect>
            <g class="grid-lines">
                <path d="M32 80h536M32 140h536M32 200h536M32 260h536"></path>
            </g>
            <path class="area" d="M32 236C80 228 96 180 148 186s72 34 120 6s64-92 118-84s64 54 108 30s50-62 74-70V288H32Z"></path>
            <path class="line" d="M32 236C80 228 96 180 148 186s72 34 120 6s64-92 118-84s64 54 108 30s50-62 74-70"></path>
            <path class="before" d="M32 252c60-6 90-34 150-30s90 12 140-14s100-40 140-30s80-10 106-24"></path>
            <rect class="card" x="617" y="1" width="342" height="150" rx="12"></rect>
            <g class="bars">
                <path d="M645 123v-34M677 123v-52M709 123v-42M741 123v-70M773 123v-58M805 123v-82M837 123v-66M869 123v-88M901 123v-74"></path>
            </g>
            <rect class="card" x="617" y="169" width="342" height="150" rx="12"></rect>
            <g class="ring">
                <circle class="s1" cx="700" cy="244" r="44" pathLength="100" stroke-dasharray="46 54"></circle>
                <circle class="s2" cx="700" cy="244" r="44" pathLength="100" stroke-dasharray="26 74" stroke-dashoffset="-48"></circle>
                <circle class="s3" cx="700" cy="244" r="44" pathLength="100" stroke-dasharray="20 80" stroke-dashoffset="-76"></circle>
            </g>
            <g class="labels">
                <path d="M790 216h120M790 244h88M790 272h60"></path>
            </g>
        </svg>
    }
    .into_any()
}
