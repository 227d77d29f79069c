//! What an invitation's link opens, and where somebody without an organization begins: plain forms.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::people::{self as api, Welcome};
use crate::language::{t, t_with};
use crate::parts::icon::mark;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::outcome::outcome;
use crate::parts::title::Title;
use crate::words;

/// The page of an invitation.
#[component]
pub(super) fn InvitationPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|map| map.get("token").unwrap_or_default());
    let asked = token.clone();
    let welcome: Fetched<Welcome> = Resource::new(move || asked.clone(), api::look_at_invitation);
    view! {
        <Title text=t("Invitation") />
        <main class="sign-in">
            <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
            <div class="sheet">{loaded(welcome, waiting_list, move |welcome| invitation(welcome, &token))}</div>
        </main>
    }
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    match code {
        "conflict" => Some(t(
            "This invitation is for another e-mail address than that of your account.",
        )),
        "current_password" => Some(t(
            "That is not your password. Type the one that you sign in with.",
        )),
        "code" => Some(t(
            "That code is wrong, or it is missing. Take the next one that your app shows, or a recovery code.",
        )),
        "name" => Some(t("Give the organization a name of at most 200 characters.")),
        _ => None,
    }
}

fn invitation(welcome: Welcome, token: &str) -> AnyView {
    let Welcome {
        invited,
        signed_in_as,
    } = welcome;
    let role = words::role(invited.role);
    let next = match signed_in_as {
        Some(email) if email.eq_ignore_ascii_case(&invited.email) => view! {
            <form method="post" action="/invitations/accept">
                <input type="hidden" name="token" value=token.to_owned() />
                <button type="submit" class="button primary wide">{t("Join")}</button>
            </form>
        }
        .into_any(),
        Some(email) => view! {
            <p>{t_with("You are signed in as {0}. Log out, then open this link again.", &[&email])}</p>
            <form method="post" action="/logout"><button type="submit" class="button wide">{t("Log out")}</button></form>
        }
        .into_any(),
        None => view! {
            <p class="actions">
                <a class="button primary wide" href=format!("/register?invitation={token}&email={}", crate::query_string::encoded(&invited.email))>{t("Create an account")}</a>
                <a class="button wide" href=format!("/login?next=/invitations/{token}")>{t("Sign in")}</a>
            </p>
        }
        .into_any(),
    };
    view! {
        <h1>{t_with("Join {0}", &[&invited.organization])}</h1>
        {outcome(said)}
        <p>{t("You are invited as ")}<strong>{role}</strong>{t(", with the address ")}<strong>{invited.email}</strong>"."</p>
        {next}
    }
    .into_any()
}

/// Where an organization is made: by somebody who belongs to none, or to others.
#[component]
pub(super) fn StartPage() -> impl IntoView {
    view! {
        <Title text=t("Create an organization") />
        <main class="sign-in">
            <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
            <div class="sheet">
                <h1>{t("Create an organization")}</h1>
                {outcome(said)}
                <p>{t("Make an organization of your own. To join one that is there, open the link of its invitation.")}</p>
                <form method="post" action="/organizations">
                    <div class="field">
                        <label for="name">{t("Name")}</label>
                        <input class="input" id="name" name="name" type="text" required=true maxlength="200" autocomplete="organization" />
                    </div>
                    <button type="submit" class="button primary wide">{t("Create organization")}</button>
                </form>
                <form method="post" action="/logout"><button type="submit" class="button wide">{t("Log out")}</button></form>
                {delete_account()}
            </div>
        </main>
    }
}

/// Somebody who belongs nowhere has no page of settings.
fn delete_account() -> AnyView {
    view! {
        <details>
            <summary>{t("Delete your account")}</summary>
            <form method="post" action="/settings/account/delete">
                <div class="field">
                    <label for="delete-password">{t("Your password")}</label>
                    <input class="input" id="delete-password" name="current" type="password" required=true autocomplete="current-password" />
                </div>
                <div class="field">
                    <label for="delete-code">{t("Code of your app, if your account asks for one")}</label>
                    <input class="input" id="delete-code" name="code" type="text" autocomplete="one-time-code" />
                </div>
                <button type="submit" class="button danger wide">{t("Delete my account")}</button>
            </form>
        </details>
    }
    .into_any()
}
