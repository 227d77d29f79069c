//! Signing in and making an account: plain forms, which work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::language::{t, t_with};
use crate::parts::icon::mark;
use crate::parts::title::Title;
use crate::query_string;

struct Given {
    search: String,
}

impl Given {
    fn here() -> Self {
        Self {
            search: use_location().search.get_untracked(),
        }
    }

    fn value(&self, name: &str) -> String {
        query_string::value(&self.search, name).unwrap_or_default()
    }

    /// The problem of `field`; a problem without a field belongs to the form.
    fn problem_of(&self, field: &str) -> Option<String> {
        let code = query_string::value(&self.search, "problem")?;
        let concerned =
            query_string::value(&self.search, "field").unwrap_or_else(|| usual_field(&code).to_owned());
        (concerned == field).then(|| problem_words(&code, field))
    }
}

fn usual_field(code: &str) -> &'static str {
    match code {
        "email_taken" => "email",
        _ => "",
    }
}

fn problem_words(code: &str, field: &str) -> String {
    let words = match (code, field) {
        ("credentials", _) => t("That e-mail address and password do not belong together. Check both."),
        ("oidc", _) => t("Signing in there came to nothing. Begin again."),
        ("oidc_away", _) => {
            t("The other server does not answer. Wait a moment, or sign in with your password.")
        }
        ("oidc_email", _) => {
            t("The other server does not say that your address is yours. Confirm it there first.")
        }
        ("oidc_taken", _) => t("Somebody else here signs in with that account."),
        ("oidc_unconfirmed", _) => t(
            "There is an account with your address already. Sign in with its password, then connect the two on the page of your account.",
        ),
        ("over", _) => t("That took too long. Sign in again."),
        ("email_taken", _) => t("There is an account with this address. Sign in, or use another address."),
        ("invitation", _) => t("This invitation does not work any more. Ask for another one."),
        ("too_many", _) => t("That was too often. Wait a minute and try again."),
        ("closed", _) => t("Nobody can make an account here at the moment. Ask whoever runs this server."),
        ("required", _) => t("Fill this in."),
        ("too_short", "password") => t("Use at least 8 characters."),
        ("too_long", "password") => t("Use at most 128 characters."),
        ("common" | "too_common", "password") => t("Many people use this password. Choose another one."),
        (_, "password") => t("Use 8 to 128 characters."),
        (_, "email") => t("That does not look like an e-mail address. Check it for typos."),
        ("too_long", _) => t("Use at most 200 characters."),
        (_, "") => t("That did not work. Try again in a moment."),
        _ => t("This cannot be used. Try something else."),
    };
    words.to_owned()
}

#[component]
fn Input(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    given: String,
    problem: Option<String>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional)] focus: bool,
    #[prop(optional)] is_optional: bool,
    #[prop(optional)] least: Option<u32>,
) -> impl IntoView {
    let is_wrong = problem.is_some();
    let described_by = format!("{name}-note");
    view! {
        <div class="field" class:wrong=is_wrong>
            <label for=name>{label}{is_optional.then(|| t(" (optional)")).map(|words| view! { <span class="muted">{words}</span> })}</label>
            <input
                class="input"
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                value=given
                autofocus=focus
                required=!is_optional
                minlength=least
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by.clone()
            />
            <p class=if is_wrong { "problem" } else { "hint" } id=described_by>
                {problem.or_else(|| hint.map(str::to_owned))}
            </p>
        </div>
    }
}

fn page(title: &'static str, form: AnyView, other: AnyView) -> AnyView {
    view! {
        <Title text=title />
        <main class="sign-in">
            <a class="brand" href="/">{mark()}<span>"DataPulse"</span></a>
            <div class="sheet">
                <h1>{title}</h1>
                {form}
            </div>
            <p class="other">{other}</p>
        </main>
    }
    .into_any()
}

fn whole_problem(given: &Given) -> Option<AnyView> {
    let words = given.problem_of("")?;
    Some(view! { <p class="notice problem" role="alert">{words}</p> }.into_any())
}

/// The button for signing in elsewhere, where that is set up.
fn elsewhere(next: String) -> Option<AnyView> {
    let engine = crate::server::engine().ok()?;
    let name = engine.auth().oidc_name()?.to_owned();
    let words = t_with("Sign in with {0}", &[&name]);
    Some(
        view! {
            <form method="post" action="/login/oidc">
                <input type="hidden" name="next" value=next />
                <button type="submit" class="button wide">{words}</button>
            </form>
        }
        .into_any(),
    )
}

/// Signing in.
pub(super) fn login() -> AnyView {
    let given = Given::here();
    let next = given.value("next");
    let other_door = elsewhere(next.clone());
    let done = match given.value("done").as_str() {
        "reset" => Some(t("Your password is changed. Sign in with it.")),
        "deleted" => Some(t("Your account is deleted.")),
        _ => None,
    };
    let form = view! {
        <form method="post" action="/login">
            {whole_problem(&given)}
            {done.map(|words| view! { <p class="notice good" role="status">{words}</p> })}
            <input type="hidden" name="next" value=next />
            <Input name="email" label=t("E-mail") kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") focus=true />
            <Input name="password" label=t("Password") kind="password" autocomplete="current-password" given=String::new() problem=given.problem_of("password") />
            <button type="submit" class="button primary wide">{t("Sign in")}</button>
        </form>
        {other_door}
    }
    .into_any();
    let other = view! {
        {t("New here?")}
        " "
        <a href="/register">{t("Create an account")}</a>
        " · "
        <a href="/forgot" rel="external">{t("Forgot your password?")}</a>
    }
    .into_any();
    page(t("Sign in"), form, other)
}

/// Making an account.
pub(super) fn register() -> AnyView {
    let given = Given::here();
    let invitation = given.value("invitation");
    let makes_one = invitation.is_empty();
    let form = view! {
        <form method="post" action="/register">
            {whole_problem(&given)}
            <input type="hidden" name="invitation" value=invitation.clone() />
            <Input name="name" label=t("Your name") kind="text" autocomplete="name" given=given.value("name") problem=given.problem_of("name") focus=true />
            <Input name="email" label=t("E-mail") kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") />
            <Input name="password" label=t("Password") kind="password" autocomplete="new-password" given=String::new() problem=given.problem_of("password") hint=t("At least 8 characters. A few words you remember are better than one with signs in it.") least=8 />
            {makes_one.then(|| view! { <Input name="organization" label=t("Organization") kind="text" autocomplete="organization" given=given.value("organization") problem=given.problem_of("organization") hint=t("Whose events these are: your company, team or project.") is_optional=true /> })}
            <button type="submit" class="button primary wide">{t("Create account")}</button>
        </form>
    }
    .into_any();
    let other = view! { {t("You have an account?")} " " <a href="/login">{t("Sign in")}</a> }.into_any();
    page(t("Create an account"), form, other)
}
