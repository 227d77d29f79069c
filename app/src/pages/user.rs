//! One person: what is known of them, when they were there, and what they did.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use model::person::PersonSession;
use model::profile::{Profile, email_in, name_in};

use super::users::{event_table, pairs, person_path};
use crate::api::users::{self as api, PersonPage};
use crate::board::no_such_page;
use crate::language::{drawn, t, t_with};
use crate::parts::frame::Frame;
use crate::parts::icon::{Icon, icon};
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::title::Title;
use crate::query_string;
use crate::words;

/// The page.
#[component]
pub(super) fn UserPage() -> impl IntoView {
    let (params, search) = (use_params_map(), use_location().search);
    let asked = Memo::new(move |_| {
        let id = params.with(|params| params.get("id")).unwrap_or_default();
        let cursor = search.with(|search| query_string::value(search, "before"));
        (id, cursor)
    });
    let person: Fetched<PersonPage> = Resource::new(
        move || asked.get(),
        |(id, cursor)| async move {
            if id.is_empty() {
                return Err(no_such_page());
            }
            api::user_page(id, cursor).await
        },
    );
    view! { <Frame>{loaded(person, waiting_list, person_view)}</Frame> }
}

fn person_view(page: PersonPage) -> AnyView {
    let PersonPage {
        id,
        profile,
        sessions,
        events,
        next,
    } = page;
    let name = profile.as_ref().and_then(name_of).unwrap_or_else(|| id.clone());
    let earlier = next.map(|cursor| {
        let before = query_string::written(&[("before", cursor)]);
        format!("{}{before}", person_path(&id))
    });
    let timeline = if events.is_empty() {
        view! { <p class="muted">{t("No events of this person are stored. They may have been erased, or are older than what is kept.")}</p> }.into_any()
    } else {
        event_table(events, false)
    };
    view! {
        <Title text=name.clone() />
        <header class="topbar">
            <div class="titles">
                <a class="back" href="/users">{t("Users")}</a>
                <h1>{name}</h1>
                <p class="description"><code>{id}</code></p>
            </div>
        </header>
        <div class="settings wide">
            <section aria-labelledby="profile">
                <h2 id="profile">{t("Profile")}</h2>
                {profile_view(profile)}
            </section>
            <section aria-labelledby="sessions">
                <h2 id="sessions">{t("Sessions")}</h2>
                {session_table(sessions)}
            </section>
            <section aria-labelledby="timeline">
                <h2 id="timeline">{t("Timeline")}</h2>
                {timeline}
                {earlier.map(|path| view! { <p class="actions"><a class="button" href=path>{t("Earlier events")}</a></p> })}
            </section>
        </div>
    }
    .into_any()
}

/// What people call somebody.
fn name_of(profile: &Profile) -> Option<String> {
    let said = &profile.properties;
    name_in(said).or_else(|| email_in(said)).map(str::to_owned)
}

fn profile_view(profile: Option<Profile>) -> AnyView {
    let Some(profile) = profile else {
        return view! { <p class="muted">{t("Nothing was said of this person yet. Send a “$identify” event with “$set” to say who they are.")}</p> }
            .into_any();
    };
    let since = words::moment(profile.created_at);
    let others = profile.other_ids.join(", ");
    let said: Vec<(String, String)> = profile
        .properties
        .into_iter()
        .map(|(key, value)| {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (key, words)
        })
        .collect();
    let is_empty = said.is_empty();
    view! {
        <p class="meta">
            <span>{icon(Icon::People)}" "{t_with("Profile since {0}", &[&since])}</span>
            {(!others.is_empty()).then(|| view! { <span>{t("Also known as ")}<code>{others}</code></span> })}
        </p>
        {is_empty.then(|| view! { <p class="muted">{t("No properties.")}</p> })}
        {(!is_empty).then(|| pairs(said))}
    }
    .into_any()
}

fn session_table(sessions: Vec<PersonSession>) -> AnyView {
    if sessions.is_empty() {
        return view! { <p class="muted">{t("No sessions.")}</p> }.into_any();
    }
    let row = |session: PersonSession| {
        #[expect(clippy::cast_precision_loss, reason = "seconds of a session are few")]
        let seconds = session.end.duration_since(session.start).as_secs() as f64;
        view! {
            <tr>
                <th scope="row"><time datetime=session.start.to_string()>{words::moment(session.start)}</time></th>
                <td data-label=t("Lasted")>{drawn(|| model::format::duration(seconds))}</td>
                <td class="figure" data-label=t("Events")>{session.events.to_string()}</td>
                <td data-label=t("First event")>{session.entry}</td>
                <td data-label=t("Last event")>{session.exit}</td>
            </tr>
        }
    };
    let rows = sessions.into_iter().map(row).collect_view();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=t("Sessions")>
            <table class="list stacked">
                <thead><tr><th scope="col">{t("Began")}</th><th scope="col">{t("Lasted")}</th><th scope="col" class="figure">{t("Events")}</th><th scope="col">{t("First event")}</th><th scope="col">{t("Last event")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
