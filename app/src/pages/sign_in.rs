//! Signing in and making an account: plain forms, which work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::language::Language;
use crate::parts::icon::mark;
use crate::parts::title::Title;
use crate::query_string;

struct Given {
    search: String,
    language: Language,
}

impl Given {
    fn here(language: Language) -> Self {
        Self {
            search: use_location().search.get_untracked(),
            language,
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
        (concerned == field).then(|| problem_words(self.language, &code, field))
    }
}

fn usual_field(code: &str) -> &'static str {
    match code {
        "email_taken" => "email",
        _ => "",
    }
}

fn problem_words(language: Language, code: &str, field: &str) -> String {
    let words = match (code, field) {
        ("credentials", _) => language.say(
            "That e-mail address and password do not belong together. Check both.",
            "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen. Prüfe beide.",
        ),
        ("oidc", _) => language.say("Signing in there came to nothing. Begin again.", "Die Anmeldung dort kam nicht zustande. Beginne noch einmal."),
        ("oidc_away", _) => language.say("The other server does not answer. Wait a moment, or sign in with your password.", "Der andere Server antwortet nicht. Warte einen Moment oder melde dich mit deinem Passwort an."),
        ("oidc_email", _) => language.say("The other server does not say that your address is yours. Confirm it there first.", "Der andere Server sagt nicht, dass deine Adresse dir gehört. Bestätige sie zuerst dort."),
        ("oidc_taken", _) => language.say("Somebody else here signs in with that account.", "Mit diesem Konto meldet sich hier schon jemand anderes an."),
        ("oidc_unconfirmed", _) => language.say("There is an account with your address already. Sign in with its password, then connect the two on the page of your account.", "Zu deiner Adresse gibt es schon ein Konto. Melde dich mit dessen Passwort an und verbinde die beiden auf der Seite deines Kontos."),
        ("over", _) => language.say("That took too long. Sign in again.", "Das hat zu lange gedauert. Melde dich noch einmal an."),
        ("email_taken", _) => language.say(
            "There is an account with this address. Sign in, or use another address.",
            "Zu dieser Adresse gibt es schon ein Konto. Melde dich an oder nimm eine andere.",
        ),
        ("invitation", _) => language.say(
            "This invitation does not work any more. Ask for another one.",
            "Diese Einladung gilt nicht mehr. Bitte um eine neue.",
        ),
        ("too_many", _) => language.say(
            "That was too often. Wait a minute and try again.",
            "Das war zu oft. Warte eine Minute und versuche es noch einmal.",
        ),
        ("closed", _) => language.say(
            "Nobody can make an account here at the moment. Ask whoever runs this server.",
            "Hier kann zurzeit niemand ein Konto anlegen. Frage, wer diesen Server betreibt.",
        ),
        ("required", _) => language.say("Fill this in.", "Fülle das aus."),
        ("too_short", "password") => language.say("Use at least 8 characters.", "Nimm mindestens 8 Zeichen."),
        ("too_long", "password") => {
            language.say("Use at most 128 characters.", "Nimm höchstens 128 Zeichen.")
        }
        ("common" | "too_common", "password") => language.say(
            "Many people use this password. Choose another one.",
            "Dieses Passwort benutzen viele. Wähle ein anderes.",
        ),
        (_, "password") => language.say("Use 8 to 128 characters.", "Nimm 8 bis 128 Zeichen."),
        (_, "email") => language.say(
            "That does not look like an e-mail address. Check it for typos.",
            "Das sieht nicht nach einer E-Mail-Adresse aus. Prüfe sie auf Tippfehler.",
        ),
        ("too_long", _) => language.say("Use at most 200 characters.", "Nimm höchstens 200 Zeichen."),
        (_, "") => language.say(
            "That did not work. Try again in a moment.",
            "Das hat nicht geklappt. Versuche es gleich noch einmal.",
        ),
        _ => language.say(
            "This cannot be used. Try something else.",
            "Das geht so nicht. Versuche etwas anderes.",
        ),
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
            <label for=name>{label}{is_optional.then_some(" (optional)").map(|words| view! { <span class="muted">{words}</span> })}</label>
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
fn elsewhere(language: Language, next: String) -> Option<AnyView> {
    let engine = crate::server::engine().ok()?;
    let name = engine.auth().oidc_name()?.to_owned();
    let words = match language {
        Language::English => format!("Sign in with {name}"),
        Language::German => format!("Mit {name} anmelden"),
    };
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
pub(super) fn login(language: Language) -> AnyView {
    let given = Given::here(language);
    let next = given.value("next");
    let other_door = elsewhere(language, next.clone());
    let is_changed = given.value("done") == "reset";
    let changed = language.say(
        "Your password is changed. Sign in with it.",
        "Dein Passwort ist geändert. Melde dich damit an.",
    );
    let form = view! {
        <form method="post" action="/login">
            {whole_problem(&given)}
            {is_changed.then(|| view! { <p class="notice good" role="status">{changed}</p> })}
            <input type="hidden" name="next" value=next />
            <Input name="email" label=language.say("E-mail", "E-Mail") kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") focus=true />
            <Input name="password" label=language.say("Password", "Passwort") kind="password" autocomplete="current-password" given=String::new() problem=given.problem_of("password") />
            <button type="submit" class="button primary wide">{language.say("Sign in", "Anmelden")}</button>
        </form>
        {other_door}
    }
    .into_any();
    let other = view! {
        {language.say("New here?", "Neu hier?")}
        " "
        <a href="/register">{language.say("Create an account", "Konto anlegen")}</a>
        " · "
        <a href="/forgot" rel="external">{language.say("Forgot your password?", "Passwort vergessen?")}</a>
    }
    .into_any();
    page(language.say("Sign in", "Anmelden"), form, other)
}

/// Making an account.
pub(super) fn register(language: Language) -> AnyView {
    let given = Given::here(language);
    let invitation = given.value("invitation");
    let makes_one = invitation.is_empty();
    let form = view! {
        <form method="post" action="/register">
            {whole_problem(&given)}
            <input type="hidden" name="invitation" value=invitation.clone() />
            <Input name="name" label=language.say("Your name", "Dein Name") kind="text" autocomplete="name" given=given.value("name") problem=given.problem_of("name") focus=true />
            <Input name="email" label=language.say("E-mail", "E-Mail") kind="email" autocomplete="username" given=given.value("email") problem=given.problem_of("email") />
            <Input name="password" label=language.say("Password", "Passwort") kind="password" autocomplete="new-password" given=String::new() problem=given.problem_of("password") hint=language.say("At least 8 characters. A few words you remember are better than one with signs in it.", "Mindestens 8 Zeichen. Ein paar Wörter, die du dir merkst, sind besser als eines mit Sonderzeichen.") least=8 />
            {makes_one.then(|| view! { <Input name="organization" label=language.say("Organization", "Organisation") kind="text" autocomplete="organization" given=given.value("organization") problem=given.problem_of("organization") hint=language.say("Whose events these are: your company, team or project.", "Wessen Ereignisse das sind: deine Firma, dein Team oder dein Projekt.") is_optional=true /> })}
            <button type="submit" class="button primary wide">{language.say("Create account", "Konto anlegen")}</button>
        </form>
    }
    .into_any();
    let other = view! { {language.say("You have an account?", "Du hast ein Konto?")} " " <a href="/login">{language.say("Sign in", "Anmelden")}</a> }.into_any();
    page(language.say("Create an account", "Konto anlegen"), form, other)
}
