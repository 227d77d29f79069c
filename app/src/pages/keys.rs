//! The keys of the organization and the person's own, and how to send the first event with one. Its forms are plain and
//! work without script; with it, the page stays where it is.

mod form;
mod table;

use leptos::prelude::*;
use model::account::{ApiKey, KeyKind};
use model::role::Action;

use self::form::NewKeyForm;
use self::table::KeyTable;
use super::settings::settings_page;
use crate::api::keys::{self as api, NewKey};
use crate::api::session::Session;
use crate::language::t;
use crate::parts::copy::CopyButton;
use crate::parts::first_event::FirstEvent;
use crate::parts::live;
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;

/// The page.
#[component]
pub(super) fn KeysPage() -> impl IntoView {
    let keys: Fetched<Vec<ApiKey>> = Resource::new(|| (), |()| api::keys());
    settings_page(t("API keys"), keys, keys_page)
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "name" => t("Give the key a name of at most 200 characters."),
        "kind" => t("Choose a kind and scopes that are offered."),
        "scopes" => t("Only a personal key manages the organization. Untick that, or make a personal key."),
        "origins" => t(
            "Write each site in a line of its own, as https://www.example.org. Only a write key names sites.",
        ),
        "revoked" => t("The key is revoked."),
        _ => return None,
    })
}

fn keys_page(keys: Vec<ApiKey>) -> AnyView {
    let session = expect_context::<Session>();
    let may_manage = session.may(Action::ManageKeys);
    let keys = RwSignal::new(keys);
    let made = RwSignal::new(None::<NewKey>);
    let write_key = Signal::derive(move || {
        let made = made.with(|made| {
            made.as_ref()
                .filter(|made| made.listed.kind == KeyKind::Write)
                .map(|made| made.key.clone())
        });
        made.unwrap_or_else(|| "YOUR_WRITE_KEY".to_owned())
    });
    view! {
        <div class="settings">
            {outcome(said)}
            <section>
                <h2>{t("Keys")}</h2>
                <p class="lead">
                    {t("A write key sends events and may be public, in a web page or an app. ")}
                    {t("A secret key also reads, and belongs on servers only. ")}
                    {t("A personal key does what you may do here, and stops when you leave.")}
                </p>
                <NewKeyForm keys made may_manage />
                {live::part(move || made.get().map(made_view).into_any())}
                <KeyTable keys own=session.user.id />
            </section>
            <section>
                <h2>{t("Send your first event")}</h2>
                <p class="lead">
                    {live::text(move || if made.with(Option::is_none) { t("Create a write key first: it is then filled in here.") } else { "" }.to_owned())}
                </p>
                <FirstEvent public_url=session.public_url write_key />
            </section>
        </div>
    }
    .into_any()
}

fn made_view(made: NewKey) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p><strong>{made.listed.name}</strong>{t(" is ready. Copy the key now: it is not shown again.")}</p>
            <div class="snippet">
                <pre tabindex="0"><code>{made.key.clone()}</code></pre>
                <CopyButton text=made.key label=t("Copy key") />
            </div>
        </div>
    }
    .into_any()
}
