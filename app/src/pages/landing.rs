//! What DataPulse is, for somebody who is not signed in.

use leptos::prelude::*;
use leptos_meta::Meta;

use crate::language::Language;
use crate::parts::icon::mark;
use crate::parts::title::Title;

/// What it is good for, each in both languages.
const POINTS: [[(&str, &str); 2]; 3] = [
    [
        ("Send events from anywhere", "Ereignisse von überall"),
        (
            "One HTTP call, a log file or a CSV. An event that was accepted is on disk before you hear back.",
            "Ein HTTP-Aufruf, ein Logfile oder ein CSV. Ein angenommenes Ereignis liegt auf der Platte, bevor du die Antwort hörst.",
        ),
    ],
    [
        ("Ask, and see it drawn", "Fragen und es gezeichnet sehen"),
        (
            "Counts, unique users, sums and percentiles, broken down and compared, on dashboards you arrange yourself.",
            "Anzahlen, Nutzer, Summen und Perzentile, aufgeschlüsselt und verglichen, auf Dashboards, die du selbst anordnest.",
        ),
    ],
    [
        ("Share with a link", "Mit einem Link teilen"),
        (
            "A dashboard as a document that opens anywhere, also without JavaScript, and stops working when you say so.",
            "Ein Dashboard als Dokument, das sich überall öffnet, auch ohne JavaScript, und zu bleibt, wenn du es sagst.",
        ),
    ],
];

/// The page.
pub(super) fn landing(language: Language) -> AnyView {
    let points = POINTS
        .into_iter()
        .map(|[title, words]| view! { <li><h2>{language.say(title.0, title.1)}</h2><p>{language.say(words.0, words.1)}</p></li> })
        .collect_view();
    view! {
        <Title text="" />
        <Meta name="description" content=language.say("Product analytics you can host yourself: events in, live dashboards and share links out.", "Produktanalyse zum Selbstbetreiben: Ereignisse hinein, Dashboards und Links heraus.") />
        <div class="landing">
            <header>
                <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
                <nav aria-label=language.say("Account", "Konto")>
                    <a class="button quiet" href="/login">{language.say("Sign in", "Anmelden")}</a>
                    <a class="button" href="/register">{language.say("Create an account", "Konto anlegen")}</a>
                </nav>
            </header>
            <main>
                <section class="hero">
                    <h1>{language.say("See what people do with your product", "Sieh, was Menschen mit deinem Produkt machen")}</h1>
                    <p>
                        {language.say(
                            "DataPulse turns the events your product sends into dashboards your team looks at. It runs on one machine of yours, and your data stays there.",
                            "DataPulse macht aus den Ereignissen deines Produkts Dashboards, auf die dein Team schaut. Es läuft auf einer Maschine von dir, und deine Daten bleiben dort.",
                        )}
                    </p>
                    <p class="actions">
                        <a class="button primary large" href="/register">{language.say("Create an account", "Konto anlegen")}</a>
                        <a class="button large" href="/login">{language.say("Sign in", "Anmelden")}</a>
                    </p>
                </section>
                {picture(language)}
                <ul class="points">{points}</ul>
            </main>
            <footer><p>{language.say("Open source, Apache-2.0.", "Quelloffen, Apache-2.0.")}</p></footer>
        </div>
    }
    .into_any()
}

/// A drawing of a dashboard; no figures in it, so that it promises none.
fn picture(language: Language) -> AnyView {
    view! {
        <svg class="hero-picture" viewBox="0 0 960 320" role="img" aria-label=language.say("A dashboard with a line, bars and a ring", "Ein Dashboard mit einer Linie, Balken und einem Ring")>
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
