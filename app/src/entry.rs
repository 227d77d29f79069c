//! The pages in front of an account that need no script at all: a forgotten password, and an address to confirm.

use leptos::prelude::*;

use crate::parts::icon::mark;
use crate::share::{Head, Standing, around};

/// Where somebody asks for a link, since they do not know their password; `is_sent` once they did.
#[must_use]
pub fn forgot(theme: &str, is_sent: bool, problem: Option<&str>) -> String {
    if is_sent {
        return message(
            theme,
            "Look into your mail",
            "If there is an account with this address, a link is on its way to it. It works once, for an hour. \
             Nothing came? Ask whoever manages your organization here.",
        );
    }
    let problem = problem.map(str::to_owned);
    page(theme, "Choose another password", move || {
        view! {
            <form method="post" action="/forgot">
                <p class="hint">"We send you a link that works once."</p>
                {problem_view(problem.clone())}
                <div class="field">
                    <label for="email">"E-mail"</label>
                    <input class="input" id="email" name="email" type="email" required autofocus autocomplete="username" />
                </div>
                <button type="submit" class="button primary wide">"Send the link"</button>
            </form>
        }
        .into_any()
    })
}

/// Where somebody with a link chooses another password.
#[must_use]
pub fn reset(theme: &str, token: &str, problem: Option<&str>) -> String {
    let (token, problem) = (token.to_owned(), problem.map(str::to_owned));
    page(theme, "Choose another password", move || {
        view! {
            <form method="post" action="/reset">
                {problem_view(problem.clone())}
                <input type="hidden" name="token" value=token.clone() />
                <div class="field">
                    <label for="password">"New password"</label>
                    <input class="input" id="password" name="password" type="password" required autofocus minlength="8" maxlength="128" autocomplete="new-password" aria-describedby="password-hint" />
                    <p class="hint" id="password-hint">"At least 8 characters. You are signed out everywhere."</p>
                </div>
                <button type="submit" class="button primary wide">"Change password"</button>
            </form>
        }
        .into_any()
    })
}

/// Where somebody with a link confirms an address. A form, since programs that look into mail open links.
#[must_use]
pub fn confirm(theme: &str, token: &str) -> String {
    let token = token.to_owned();
    page(theme, "Confirm your address", move || {
        view! {
            <form method="post" action="/confirm">
                <input type="hidden" name="token" value=token.clone() />
                <button type="submit" class="button primary wide" autofocus>"This address is mine"</button>
            </form>
        }
        .into_any()
    })
}

/// What is said after a form, or instead of one.
#[must_use]
pub fn message(theme: &str, title: &'static str, words: &'static str) -> String {
    page(theme, title, move || view! { <p>{words}</p> }.into_any())
}

/// What a link opens that is wrong, was used, or is over.
#[must_use]
pub fn useless(theme: &str) -> String {
    message(
        theme,
        "This link does not work any more",
        "It works once, and not for long. Ask for another one.",
    )
}

fn problem_view(problem: Option<String>) -> Option<AnyView> {
    problem.map(|words| view! { <p class="notice problem" role="alert">{words}</p> }.into_any())
}

fn page(theme: &str, title: &'static str, inside: impl Fn() -> AnyView) -> String {
    sheet(theme, title, inside, ("/login", "Sign in"))
}

fn sheet(
    theme: &str,
    title: &'static str,
    inside: impl Fn() -> AnyView,
    (href, words): (&'static str, &'static str),
) -> String {
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
    };
    around(&head, &body)
}
