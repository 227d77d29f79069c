//! The person's own account: password and sessions. Plain forms, which work without script.

use leptos::prelude::*;
use model::account::SignedInSession;

use super::members::said;
use crate::api::people::{self as api, OwnAccount};
use crate::parts::frame::Frame;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::title::Title;
use crate::words;

/// The page.
#[component]
pub(super) fn AccountPage() -> impl IntoView {
    let account: Fetched<OwnAccount> = Resource::new(|| (), |()| api::look_at_account());
    view! {
        <Title text="Your account" />
        <Frame>
            <header class="topbar"><h1>"Your account"</h1></header>
            {loaded(account, waiting_list, account_page)}
        </Frame>
    }
}

fn account_page(account: OwnAccount) -> AnyView {
    let rows = account
        .sessions
        .into_iter()
        .map(|session| session_row(&session))
        .collect_view();
    view! {
        <div class="settings">
            {said()}
            <section>
                <h2>"E-mail"</h2>
                {address(account.email, account.email_confirmed)}
            </section>
            <section>
                <h2>"Password"</h2>
                <form method="post" action="/settings/account/password" class="stack">
                    <div class="field">
                        <label for="current-password">"Current password"</label>
                        <input class="input" id="current-password" name="current" type="password" required=true autocomplete="current-password" />
                    </div>
                    <div class="field">
                        <label for="new-password">"New password"</label>
                        <input class="input" id="new-password" name="new" type="password" required=true minlength="8" maxlength="128" autocomplete="new-password" />
                        <p class="hint">"At least 8 characters. Everywhere else you are signed out."</p>
                    </div>
                    <p class="actions"><button type="submit" class="button primary">"Change password"</button></p>
                </form>
            </section>
            <section>
                <h2>"Language"</h2>
                <p class="muted">"Of signing in, and of the words around shared dashboards. The app itself speaks English."</p>
                <form method="post" action="/language" class="actions">
                    <input type="hidden" name="back" value="/settings/account" />
                    <button type="submit" class="button" name="language" value="">"As my browser"</button>
                    <button type="submit" class="button" name="language" value="en" lang="en">"English"</button>
                    <button type="submit" class="button" name="language" value="de" lang="de">"Deutsch"</button>
                </form>
            </section>
            <section>
                <h2>"Two-factor sign-in"</h2>
                <p>{if account.two_factor { "It is on: signing in asks for a code of your app." } else { "It is off: your password alone opens your account." }}</p>
                <p class="actions"><a class="button" href="/settings/two-factor" rel="external">{if account.two_factor { "Change it" } else { "Set it up" }}</a></p>
            </section>
            {account.other_door.map(connect_form)}
            <section>
                <h2>"Where you are signed in"</h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Sessions">
                    <table class="list">
                        <thead>
                            <tr>
                                <th scope="col">"What"</th>
                                <th scope="col">"Since"</th>
                                <th scope="col">"Last used"</th>
                                <th scope="col"><span class="hidden">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        </div>
    }
    .into_any()
}

fn connect_form(name: String) -> AnyView {
    view! {
        <section>
            <h2>{name.clone()}</h2>
            <form method="post" action="/settings/account/connect">
                <button type="submit" class="button">"Sign in with "{name}" from now on"</button>
            </form>
        </section>
    }
    .into_any()
}

fn address(email: String, is_confirmed: bool) -> AnyView {
    if is_confirmed {
        return view! { <p>{email}" "<span class="tag">"confirmed"</span></p> }.into_any();
    }
    view! {
        <p>{email}" "<span class="tag">"not confirmed"</span></p>
        <form method="post" action="/settings/account/confirm">
            <button type="submit" class="button">"Send the link to confirm it"</button>
        </form>
    }
    .into_any()
}

fn session_row(session: &SignedInSession) -> AnyView {
    let kind = if session.kind == "browser" {
        "Browser"
    } else {
        "Program"
    };
    let end = (!session.current).then(|| {
        let label = format!("End the session of {}", words::moment(session.created_at));
        view! {
            <form method="post" action="/settings/account/end-session">
                <input type="hidden" name="session" value=session.id.to_string() />
                <button type="submit" class="button small" aria-label=label>"End"</button>
            </form>
        }
    });
    view! {
        <tr>
            <td>{kind}{session.current.then_some(" (this one)")}</td>
            <td>{words::moment(session.created_at)}</td>
            <td>{words::moment(session.last_seen_at)}</td>
            <td class="right">{end}</td>
        </tr>
    }
    .into_any()
}
