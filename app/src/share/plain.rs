//! The pages of a link that show no dashboard: there is none, or its password has to be given first.

use leptos::prelude::*;

use super::Standing;
use super::sheet::{Head, around};
use crate::language::{Reader, t};
use crate::parts::icon::mark;
use model::language::within;

/// The document behind a link that is wrong, has expired or was revoked: one and the same for all three.
#[must_use]
pub fn gone(reader: Reader) -> String {
    within(reader, || gone_page(reader))
}

fn gone_page(reader: Reader) -> String {
    let page = move || {
        view! {
            <main class="plain">
                <div class="message-page">
                    {mark()}
                    <h1>{t("This link shows nothing")}</h1>
                    <p>{t("It has expired, was revoked, or is not complete. Ask whoever sent it for a new one.")}</p>
                </div>
            </main>
        }
        .into_any()
    };
    plain(reader, t("Nothing here · DataPulse"), page)
}

/// The form for the password of the link at `path`; `problem` says why the last one did not do.
#[must_use]
pub fn locked(reader: Reader, path: &str, problem: Option<&str>) -> String {
    within(reader, || locked_page(reader, path, problem))
}

fn locked_page(reader: Reader, path: &str, problem: Option<&str>) -> String {
    let (path, problem) = (path.to_owned(), problem.map(str::to_owned));
    plain(reader, t("A password, please · DataPulse"), move || {
        view! {
            <main class="plain">
                <form class="message-page stack" method="post" action=path.clone()>
                    {mark()}
                    <h1>{t("This dashboard has a password")}</h1>
                    <p>{t("Whoever sent you the link knows it.")}</p>
                    <div class="field">
                        <label for="password">{t("Password")}</label>
                        <input class="input" id="password" name="password" type="password" required autofocus autocomplete="off" maxlength="128" aria-describedby="password-problem" />
                        <p class="problem" id="password-problem" role="alert">{problem.clone()}</p>
                    </div>
                    <button type="submit" class="button primary wide">{t("Open")}</button>
                </form>
            </main>
        }
        .into_any()
    })
}

fn plain(reader: Reader, title: &str, page: impl Fn() -> AnyView) -> String {
    let body = Owner::new().with(|| page().to_html());
    let head = Head {
        title,
        theme: "system",
        card: None,
        description: "",
        standing: &Standing::Page { nonce: None },
        language: reader.language,
    };
    around(&head, &body)
}
