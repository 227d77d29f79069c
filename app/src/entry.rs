//! The pages in front of an account that need no script at all: a forgotten password, an address to confirm, and the second
//! factor. They speak the [current language](model::language::within).

use leptos::prelude::*;
use model::account::{TotpSetup, TwoFactor};

use crate::language::{here, key, t, t_with, told};
use crate::parts::icon::mark;
use crate::share::{Head, Standing, around};

/// Where somebody asks for a link, since they do not know their password; `is_sent` once they did.
#[must_use]
pub fn forgot(theme: &str, is_sent: bool, problem: Option<&str>) -> String {
    if is_sent {
        return message(
            theme,
            key("Look into your mail"),
            key(
                "If there is an account with this address, a link is on its way to it. It works once, for an hour. Nothing came? Ask whoever manages your organization here.",
            ),
        );
    }
    let problem = problem.map(str::to_owned);
    page(theme, key("Choose another password"), move || {
        view! {
            <form method="post" action="/forgot">
                <p class="hint">{t("We send you a link that works once.")}</p>
                {problem_view(problem.clone())}
                <div class="field">
                    <label for="email">{t("E-mail")}</label>
                    <input class="input" id="email" name="email" type="email" required autofocus autocomplete="username" />
                </div>
                <button type="submit" class="button primary wide">{t("Send the link")}</button>
            </form>
        }
        .into_any()
    })
}

/// Where somebody with a link chooses another password.
#[must_use]
pub fn reset(theme: &str, token: &str, problem: Option<&str>) -> String {
    let (token, problem) = (token.to_owned(), problem.map(str::to_owned));
    page(theme, key("Choose another password"), move || {
        view! {
            <form method="post" action="/reset">
                {problem_view(problem.clone())}
                <input type="hidden" name="token" value=token.clone() />
                <div class="field">
                    <label for="password">{t("New password")}</label>
                    <input class="input" id="password" name="password" type="password" required autofocus minlength="8" maxlength="128" autocomplete="new-password" aria-describedby="password-hint" />
                    <p class="hint" id="password-hint">{t("At least 8 characters. You are signed out everywhere.")}</p>
                </div>
                <button type="submit" class="button primary wide">{t("Change password")}</button>
            </form>
        }
        .into_any()
    })
}

/// Where somebody with a link confirms an address. A form, since programs that look into mail open links.
#[must_use]
pub fn confirm(theme: &str, token: &str) -> String {
    let token = token.to_owned();
    page(theme, key("Confirm your address"), move || {
        view! {
            <form method="post" action="/confirm">
                <input type="hidden" name="token" value=token.clone() />
                <button type="submit" class="button primary wide" autofocus>{t("This address is mine")}</button>
            </form>
        }
        .into_any()
    })
}

/// Where somebody whose password was right types the code of their app.
#[must_use]
pub fn code(theme: &str, next: &str, problem: Option<&str>) -> String {
    let (next, problem) = (next.to_owned(), problem.map(str::to_owned));
    page(theme, key("One more step"), move || {
        view! {
            <form method="post" action="/login/code">
                <p class="hint">{t("Open your authenticator app and type the code that it shows for DataPulse. The app is lost? Type one of your recovery codes.")}</p>
                {problem_view(problem.clone())}
                <input type="hidden" name="next" value=next.clone() />
                {code_field(t("Code"))}
                <button type="submit" class="button primary wide">{t("Sign in")}</button>
            </form>
        }
        .into_any()
    })
}

/// Where a person turns the second factor on and off.
#[must_use]
pub fn two_factor(theme: &str, state: TwoFactor, pending: Option<TotpSetup>, said: Option<&str>) -> String {
    let said = said.map(str::to_owned);
    settings(theme, key("Two-factor sign-in"), move || {
        let inside = match (state.enabled, pending.clone()) {
            (true, _) => is_on(state.recovery_codes_left),
            (false, Some(setup)) => setup_view(setup),
            (false, None) => is_off(),
        };
        view! { {said.clone().map(|words| told(&words)).map(|words| view! { <p class="notice" role="status">{words}</p> })} {inside} }
            .into_any()
    })
}

/// The recovery codes, the only time that they are told.
#[must_use]
pub fn recovery_codes(theme: &str, codes: &[String]) -> String {
    let codes = codes.join("\n");
    settings(theme, key("Your recovery codes"), move || {
        view! {
            <p>{t("Two-factor sign-in is on. Keep these codes where you find them without your phone: each opens your account once, and they are not shown again.")}</p>
            {to_keep(codes.clone(), "/settings/account", t("I have kept them"))}
        }
        .into_any()
    })
}

/// What is told only once, and where it leads on.
fn to_keep(secret: String, next: &'static str, kept: &'static str) -> AnyView {
    view! {
        <div class="snippet"><pre tabindex="0"><code>{secret}</code></pre></div>
        <p class="actions"><a class="button primary wide" href=next>{kept}</a></p>
    }
    .into_any()
}

const NEW_KEY: &str = key("Your new key");

/// A key that was made without script, the only time that it is told.
#[must_use]
pub fn new_key(theme: &str, name: &str, key: &str) -> String {
    let (name, key) = (name.to_owned(), key.to_owned());
    let inside = move || {
        view! {
            <p><strong>{name.clone()}</strong>{t(" is ready. Copy the key now: it is not shown again.")}</p>
            {to_keep(key.clone(), "/settings/keys", t("I have kept it"))}
        }
        .into_any()
    };
    sheet(theme, NEW_KEY, inside, ("/settings/keys", t("API keys")))
}

const NEW_ADDRESS: &str = key("The link's new address");

/// The new address of a share link, the only time that it is told.
#[must_use]
pub fn new_address(theme: &str, url: &str) -> String {
    let url = url.to_owned();
    let inside = move || {
        view! {
            <p>{t("The link is ready. Copy it now: it is not shown again.")}</p>
            {to_keep(url.clone(), "/settings/shares", t("I have kept it"))}
        }
        .into_any()
    };
    sheet(theme, NEW_ADDRESS, inside, ("/settings/shares", t("Share links")))
}

fn is_off() -> AnyView {
    view! {
        <p>{t("Beside your password, an app on your phone shows a code for each sign-in. Whoever learns your password alone stays outside.")}</p>
        <form method="post" action="/settings/two-factor/begin">
            <div class="field">
                <label for="password">{t("Your password")}</label>
                <input class="input" id="password" name="password" type="password" required autocomplete="current-password" />
            </div>
            <button type="submit" class="button primary wide">{t("Set it up")}</button>
        </form>
    }
    .into_any()
}

fn setup_view(setup: TotpSetup) -> AnyView {
    view! {
        <p>{t("Scan this with your authenticator app, or type the key into it. Then type the code that it shows.")}</p>
        <div class="qr" role="img" aria-label=t("The key as a picture for your app") inner_html=setup.qr_svg></div>
        <div class="snippet"><pre tabindex="0"><code>{setup.secret}</code></pre></div>
        <form method="post" action="/settings/two-factor/confirm">
            {code_field(t("Code"))}
            <button type="submit" class="button primary wide">{t("Turn it on")}</button>
        </form>
    }
    .into_any()
}

fn is_on(left: i64) -> AnyView {
    view! {
        <p>{t_with("It is on. You have {0} recovery codes left.", &[&left.to_string()])}</p>
        <form method="post" action="/settings/two-factor/codes">
            {code_field(t("Code of your app, or a recovery code"))}
            <button type="submit" class="button wide">{t("Make new recovery codes")}</button>
            <button type="submit" class="button danger wide" formaction="/settings/two-factor/off">{t("Turn it off")}</button>
        </form>
    }
    .into_any()
}

fn code_field(label: &'static str) -> AnyView {
    view! {
        <div class="field">
            <label for="code">{label}</label>
            <input class="input" id="code" name="code" type="text" required autofocus autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40" />
        </div>
    }
    .into_any()
}

/// On the way to the other server for signing in.
#[must_use]
pub fn leave(theme: &str, url: &str) -> String {
    let url = url.to_owned();
    page(theme, key("One moment"), move || {
        view! { <p class="actions"><a class="button primary wide" href=url.clone()>{t("Go on to sign in")}</a></p> }.into_any()
    })
}

/// What is said after a form, or instead of one.
#[must_use]
pub fn message(theme: &str, title: &'static str, words: &'static str) -> String {
    page(theme, title, move || view! { <p>{t(words)}</p> }.into_any())
}

/// What a link opens that is wrong, was used, or is over.
#[must_use]
pub fn useless(theme: &str) -> String {
    message(
        theme,
        key("This link does not work any more"),
        key("It works once, and not for long. Ask for another one."),
    )
}

fn problem_view(problem: Option<String>) -> Option<AnyView> {
    problem
        .map(|words| told(&words))
        .map(|words| view! { <p class="notice problem" role="alert">{words}</p> }.into_any())
}

fn page(theme: &str, title: &'static str, inside: impl Fn() -> AnyView) -> String {
    sheet(theme, title, inside, ("/login", t("Sign in")))
}

fn settings(theme: &str, title: &'static str, inside: impl Fn() -> AnyView) -> String {
    sheet(theme, title, inside, ("/settings/account", t("Your account")))
}

fn sheet(
    theme: &str,
    title: &'static str,
    inside: impl Fn() -> AnyView,
    (href, words): (&'static str, &'static str),
) -> String {
    let title = t(title);
    let body = Owner::new().with(|| {
        view! {
            <main class="sign-in">
                <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
                <div class="sheet">
                    <h1>{title}</h1>
                    {inside()}
                </div>
                <p class="other"><a href=href>{words}</a></p>
            </main>
        }
        .to_html()
    });
    let head = Head {
        title: &format!("{title} · DataPulse"),
        theme,
        card: None,
        description: "",
        standing: &Standing::Page { nonce: None },
        language: here(),
    };
    around(&head, &body)
}
