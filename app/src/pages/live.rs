//! What happens now: the visitors of the last 30 minutes, and events as they arrive; also where senders see why an event
//! was dropped.

use leptos::prelude::*;
use leptos::web_sys::CustomEvent;
use model::answer::Answer;
use model::dashboard::{Size, WidgetOptions, WidgetType};

use crate::api::live::{self as api, Now};
use crate::drawing::{Medium, answer_view};
use crate::language::{drawn as in_words, t};
use crate::parts::frame::Frame;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::title::Title;

/// The page.
#[component]
pub(super) fn LivePage() -> impl IntoView {
    let now: Fetched<Now> = Resource::new(|| (), |()| api::live_now());
    let again = move |_: CustomEvent| now.refetch();
    view! {
        <Title text=t("Live") />
        <Frame>
            <header class="topbar"><div class="titles"><h1>{t("Live")}</h1><p class="description">{t("The last 30 minutes")}</p></div></header>
            {loaded(now, waiting_list, now_view)}
            <div class="live-columns">
                <section aria-labelledby="arriving">
                    <h2 id="arriving">{t("Events as they arrive")}</h2>
                    <live-events on:arrived=again></live-events>
                </section>
                <section aria-labelledby="dry-run">
                    <h2 id="dry-run">{t("Try an event")}</h2>
                    <p class="muted">{t("See what it would become, without sending it.")}</p>
                    <live-dry-run></live-dry-run>
                </section>
            </div>
        </Frame>
    }
}

fn now_view(now: Now) -> AnyView {
    let visitors = in_words(|| charts::stat(&now.visitors, &WidgetOptions::default()));
    view! {
        <div class="grid live-now">
            <article class="card x-0 y-0 w-6 h-4" aria-label=t("Visitors")>
                <header class="card-head"><h2>{t("Visitors")}</h2></header>
                <div class="card-body stacked">
                    <p class="stat-value" title=visitors.exact>{visitors.value}</p>
                    {drawn(now.visitors, WidgetType::Bar, Size { w: 6, h: 3 })}
                </div>
            </article>
            <article class="card x-6 y-0 w-3 h-4" aria-label=t("Top pages")>
                <header class="card-head"><h2>{t("Top pages")}</h2></header>
                <div class="card-body">{drawn(now.pages, WidgetType::HorizontalBar, Size { w: 3, h: 4 })}</div>
            </article>
            <article class="card x-9 y-0 w-3 h-4" aria-label=t("Top events")>
                <header class="card-head"><h2>{t("Top events")}</h2></header>
                <div class="card-body">{drawn(now.events, WidgetType::HorizontalBar, Size { w: 3, h: 4 })}</div>
            </article>
        </div>
    }
    .into_any()
}

fn drawn(answer: Answer, kind: WidgetType, size: Size) -> AnyView {
    if charts::is_empty(&answer) {
        return view! { <div class="nothing"><p class="muted">{t("Nobody in the last 30 minutes.")}</p></div> }
            .into_any();
    }
    answer_view(answer, kind, WidgetOptions::default(), size, Medium::Live)
}
