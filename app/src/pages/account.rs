//! The person's own account: password and sessions. Plain forms, which work without script.

use leptos::prelude::*;
use model::account::SignedInSession;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::people::{self as api, OwnAccount};
use crate::language::{Clock, Language, t, t_with};
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;
use crate::words;

/// The page.
#[component]
pub(super) fn AccountPage() -> impl IntoView {
    let account: Fetched<OwnAccount> = Resource::new(|| (), |()| api::look_at_account());
    settings_page(t("Your account"), account, account_page)
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "name" => t("Type a name of at most 200 characters."),
        "current_password" => t("That is not your password. Type the one that you sign in with."),
        "new_password" => t("Use 8 to 128 characters, and none of the passwords that many people use."),
        "email" => t("Type another e-mail address than the one that you have, and check it for typos."),
        "code" => t(
            "That code is wrong, or it is missing. Take the next one that your app shows, or a recovery code.",
        ),
        "address" => t("A link is on its way to the new address. Open it there, and the address is yours."),
        "renamed" => t("Your name is changed."),
        "password" => t("Your password is changed, and your other sessions have ended."),
        "session" => t("That session has ended."),
        "confirm" => t("A link is on its way to your address."),
        "owns_alone" => t("Nobody else owns some of your organizations. They are named below."),
        "connected" => t("From now on you may sign in there too."),
        _ => return None,
    })
}

fn account_page(account: OwnAccount) -> AnyView {
    let rows = account
        .sessions
        .into_iter()
        .map(|session| session_row(&session))
        .collect_view();
    view! {
        <div class="settings">
            {outcome(said)}
            <section>
                <h2>{t("Name")}</h2>
                <form method="post" action="/settings/account/name" class="line-form">
                    <div class="field">
                        <label for="own-name">{t("Your name")}</label>
                        <input class="input" id="own-name" name="name" type="text" value=account.name required=true maxlength="200" autocomplete="name" />
                    </div>
                    <button type="submit" class="button">{t("Change name")}</button>
                </form>
            </section>
            <section>
                <h2>{t("E-mail")}</h2>
                {address(account.email, account.email_confirmed)}
                {address_form(account.two_factor)}
            </section>
            <section>
                <h2>{t("Password")}</h2>
                <form method="post" action="/settings/account/password" class="stack">
                    <div class="field">
                        <label for="current-password">{t("Current password")}</label>
                        <input class="input" id="current-password" name="current" type="password" required=true autocomplete="current-password" />
                    </div>
                    <div class="field">
                        <label for="new-password">{t("New password")}</label>
                        <input class="input" id="new-password" name="new" type="password" required=true minlength="8" maxlength="128" autocomplete="new-password" />
                        <p class="hint">{t("At least 8 characters. Everywhere else you are signed out.")}</p>
                    </div>
                    <p class="actions"><button type="submit" class="button primary">{t("Change password")}</button></p>
                </form>
            </section>
            <section>
                <h2>{t("Language")}</h2>
                <p class="muted">{t("Of the app, and of the words around shared dashboards. It goes along to wherever you sign in.")}</p>
                {language_form(account.language.as_deref())}
            </section>
            <section>
                <h2>{t("Times")}</h2>
                <p class="muted">{t("How the time of day is written, in charts and lists.")}</p>
                {clock_form(account.clock.as_deref())}
            </section>
            <section>
                <h2>{t("Two-factor sign-in")}</h2>
                <p>{if account.two_factor { t("It is on: signing in asks for a code of your app.") } else { t("It is off: your password alone opens your account.") }}</p>
                <p class="actions"><a class="button" href="/settings/two-factor" rel="external">{if account.two_factor { t("Change it") } else { t("Set it up") }}</a></p>
            </section>
            {account.other_door.map(connect_form)}
            <section>
                <h2>{t("First steps")}</h2>
                <form method="post" action="/first-steps">
                    <button type="submit" class="button" name="wish" value="shown">{t("Show them on the first page again")}</button>
                </form>
            </section>
            <section>
                <h2>{t("Where you are signed in")}</h2>
                {list_table(t("Sessions"), &[t("What"), t("Since"), t("Last used")], LastColumn::Actions, rows.into_any())}
            </section>
            <section>
                <h2>{t("Delete your account")}</h2>
                {if account.owns_alone.is_empty() { deletion_form(account.two_factor) } else { owned_alone(&account.owns_alone) }}
            </section>
        </div>
    }
    .into_any()
}

fn deletion_form(two_factor: bool) -> AnyView {
    view! {
        <p class="lead">{t("You are signed out everywhere, your personal keys stop working, and you leave every organization. Dashboards and links that you made there stay. Nobody can bring your account back.")}</p>
        <form method="post" action="/settings/account/delete" class="stack">
            {proof("delete", two_factor)}
            <p class="actions"><button type="submit" class="button danger">{t("Delete my account")}</button></p>
        </form>
    }
    .into_any()
}

fn owned_alone(names: &[String]) -> AnyView {
    view! {
        <p class="lead">
            {t("Nobody else owns:")}" "<strong>{names.join(", ")}</strong>". "
            {t("First hand over or delete what is yours alone:")}" "
            <a href="/settings/members">{t("Members")}</a>", "<a href="/settings/organization">{t("Organization")}</a>"."
        </p>
    }
    .into_any()
}

fn language_form(chosen: Option<&str>) -> AnyView {
    let choices = Language::ALL.map(|language| Choice {
        value: language.tag(),
        words: language.name(),
        lang: Some(language.tag()),
    });
    choice_form("language", t("Language"), chosen, choices)
}

fn clock_form(chosen: Option<&str>) -> AnyView {
    let choices = Clock::ALL.map(|clock| Choice {
        value: clock.as_str(),
        words: match clock {
            Clock::TwentyFour => "14:05",
            Clock::Twelve => t("2:05 pm"),
        },
        lang: None,
    });
    choice_form("clock", t("Times"), chosen, choices)
}

/// A way to read.
struct Choice {
    value: &'static str,
    words: &'static str,
    /// The language that its words are in, where that is not the page's.
    lang: Option<&'static str>,
}

/// Plain buttons, so that it works without script.
fn choice_form(
    name: &'static str,
    label: &'static str,
    chosen: Option<&str>,
    choices: [Choice; 2],
) -> AnyView {
    let as_browser = Choice {
        value: "",
        words: t("As my browser"),
        lang: None,
    };
    let button = |Choice { value, words, lang }| {
        let is_chosen = chosen.unwrap_or_default() == value;
        view! { <button type="submit" name=name value=value lang=lang aria-pressed=is_chosen.to_string()>{words}</button> }
    };
    let buttons = [as_browser].into_iter().chain(choices).map(button).collect_view();
    view! {
        <form method="post" action=format!("/{name}") class="segments languages" role="group" aria-label=label>
            <input type="hidden" name="back" value="/settings/account" />
            {buttons}
        </form>
    }
    .into_any()
}

fn connect_form(name: String) -> AnyView {
    view! {
        <section>
            <h2>{name.clone()}</h2>
            <form method="post" action="/settings/account/connect">
                <button type="submit" class="button">{t("Sign in with ")}{name}{t(" from now on")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Asks for another address.
fn address_form(two_factor: bool) -> AnyView {
    view! {
        <form method="post" action="/settings/account/email" class="stack">
            <div class="field">
                <label for="new-email">{t("New e-mail address")}</label>
                <input class="input" id="new-email" name="email" type="email" required=true maxlength="254" autocomplete="email" />
            </div>
            {proof("email", two_factor)}
            <p class="hint">{t("A link goes there. Your address changes when you open it, and everywhere else you are signed out.")}</p>
            <p class="actions"><button type="submit" class="button">{t("Change address")}</button></p>
        </form>
    }
    .into_any()
}

/// What shows that it is the person who sends a form called `form`: the password, and a code where the account asks for one.
fn proof(form: &'static str, two_factor: bool) -> AnyView {
    let (password, code) = (format!("{form}-password"), format!("{form}-code"));
    view! {
        <div class="field">
            <label for=password.clone()>{t("Your password")}</label>
            <input class="input" id=password name="current" type="password" required=true autocomplete="current-password" />
        </div>
        {two_factor.then(|| view! {
            <div class="field">
                <label for=code.clone()>{t("Code of your app, or a recovery code")}</label>
                <input class="input" id=code name="code" type="text" required=true autocomplete="one-time-code" />
            </div>
        })}
    }
    .into_any()
}

fn address(email: String, is_confirmed: bool) -> AnyView {
    if is_confirmed {
        return view! { <p>{email}" "<span class="tag">{t("confirmed")}</span></p> }.into_any();
    }
    view! {
        <p>{email}" "<span class="tag">{t("not confirmed")}</span></p>
        <form method="post" action="/settings/account/confirm">
            <button type="submit" class="button">{t("Send the link to confirm it")}</button>
        </form>
    }
    .into_any()
}

fn session_row(session: &SignedInSession) -> AnyView {
    let kind = if session.kind == "browser" {
        t("Browser")
    } else {
        t("Program")
    };
    let end = (!session.current).then(|| {
        let label = t_with("End the session of {0}", &[&words::moment(session.created_at)]);
        view! {
            <form method="post" action="/settings/account/end-session">
                <input type="hidden" name="session" value=session.id.to_string() />
                <button type="submit" class="button small" aria-label=label>{t("End")}</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">{kind}{session.current.then(|| t(" (this one)"))}</th>
            <td data-label=t("Since")>{words::moment(session.created_at)}</td>
            <td data-label=t("Last used")>{words::moment(session.last_seen_at)}</td>
            <td class="right">{end}</td>
        </tr>
    }
    .into_any()
}
