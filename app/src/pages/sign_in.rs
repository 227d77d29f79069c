//! Signing in and making an account: plain forms, which work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

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
        ("credentials", _) => "That e-mail address and password do not belong together. Check both.",
        ("email_taken", _) => "There is an account with this address. Sign in, or use another address.",
        ("invitation", _) => "This invitation does not work any more. Ask for another one.",
        ("too_many", _) => "That was too often. Wait a minute and try again.",
        ("closed", _) => "Nobody can make an account here at the moment. Ask whoever runs this server.",
        ("required", _) => "Fill this in.",
        ("too_short", "password") => "Use at least 8 characters.",
        ("too_long", "password") => "Use at most 128 characters.",
        ("common" | "too_common", "password") => "Many people use this password. Choose another one.",
        (_, "password") => "Use 8 to 128 characters.",
        (_, "email") => "That does not look like an e-mail address. Check it for typos.",
        ("too_long", _) => "Use at most 200 characters.",
        (_, "") => "That did not work. Try again in a moment.",
        _ => "This cannot be used. Try something else.",
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
            <label for=name>{label}{is_optional.then(|| view! { <span class="muted">" (optional)"</span> })}</label>
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

/// Signing in.
pub(super) fn login() -> AnyView {
    let given = Given::here();
    let next = given.value("next");
    let form = view! {
        <form method="post" action="/login">
            {whole_problem(&given)}
            <input type="hidden" name="next" value=next />
            <Input name="email" label="E-mail" kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") focus=true />
            <Input name="password" label="Password" kind="password" autocomplete="current-password" given=String::new() problem=given.problem_of("password") />
            <button type="submit" class="button primary wide">"Sign in"</button>
        </form>
    }
    .into_any();
    let other = view! { "New here? " <a href="/register">"Create an account"</a> }.into_any();
    page("Sign in", form, other)
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
            <Input name="name" label="Your name" kind="text" autocomplete="name" given=given.value("name") problem=given.problem_of("name") focus=true />
            <Input name="email" label="E-mail" kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") />
            <Input name="password" label="Password" kind="password" autocomplete="new-password" given=String::new() problem=given.problem_of("password") hint="At least 8 characters. A few words you remember are better than one with signs in it." least=8 />
            {makes_one.then(|| view! { <Input name="organization" label="Organization" kind="text" autocomplete="organization" given=given.value("organization") problem=given.problem_of("organization") hint="Whose events these are: your company, team or project." is_optional=true /> })}
            <button type="submit" class="button primary wide">"Create account"</button>
        </form>
    }
    .into_any();
    let other = view! { "You have an account? " <a href="/login">"Sign in"</a> }.into_any();
    page("Create an account", form, other)
}
