//! The form for another link.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::share::{ShareRequest, ViewerMay};

use super::links::Links;
use crate::api::shares as api;
use crate::error::AppError;
use crate::language::{key, t};
use crate::parts::field::{Field, Problems, TextField};
use crate::parts::live;

/// What viewers may be allowed, with the words for it.
const ALLOWANCES: [(ViewerMay, &str, &str); 3] = [
    (ViewerMay::Range, "share-range", key("Choose another range")),
    (
        ViewerMay::Filter,
        "share-filter",
        key("Filter by what the dashboard breaks down by"),
    ),
    (
        ViewerMay::Download,
        "share-download",
        key("Save it as a file, and its figures as CSV"),
    ),
];

#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    expires: RwSignal<String>,
    password: RwSignal<String>,
    viewer_may: RwSignal<Vec<ViewerMay>>,
    origins: RwSignal<String>,
}

impl Draft {
    fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            expires: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
            viewer_may: RwSignal::new(Vec::new()),
            origins: RwSignal::new(String::new()),
        }
    }

    fn request(self) -> ShareRequest {
        let given =
            |text: RwSignal<String>| Some(text.get_untracked()).filter(|text| !text.trim().is_empty());
        let origins = self.origins.get_untracked();
        ShareRequest {
            name: given(self.name).map(|name| name.trim().to_owned()),
            password: given(self.password),
            // A link works until the end of its last day.
            expires_at: given(self.expires).and_then(|day| format!("{day}T23:59:59Z").parse().ok()),
            viewer_may: self.viewer_may.get_untracked(),
            embed_origins: origins.split_whitespace().map(str::to_owned).collect(),
        }
    }

    fn clear(self) {
        for text in [self.name, self.expires, self.password, self.origins] {
            text.set(String::new());
        }
        self.viewer_may.set(Vec::new());
    }
}

#[component]
pub(super) fn NewLink(links: Links) -> impl IntoView {
    let draft = Draft::new();
    let problems = Problems::new();
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = draft.request();
        let is_embeddable = !request.embed_origins.is_empty();
        spawn_local(async move {
            match api::create_share(links.dashboard, request).await {
                Ok(made) => {
                    problems.clear();
                    draft.clear();
                    links.is_embeddable.set(is_embeddable);
                    links.made.set(Some(made));
                    links.fetch();
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => links.toasts.problem(&error),
            }
        });
    };
    let typed = |text: RwSignal<String>| Callback::new(move |typed| text.set(typed));
    view! {
        <form on:submit=live::submit(create)>
            <div class="two">
                <TextField id="share-name" label=t("Name (optional)") placeholder=t("For the board") value=draft.name on_input=typed(draft.name) problem=problems.named("name") />
                <TextField id="share-expires" label=t("Works until (optional)") kind="date" value=draft.expires on_input=typed(draft.expires) problem=problems.named("expires_at") />
            </div>
            <details class="more-options">
                <summary>{t("Password, permissions, embedding")}</summary>
                <TextField id="share-password" label=t("Password (optional)") kind="password" hint=t("Viewers type it before they see anything.") value=draft.password on_input=typed(draft.password) problem=problems.named("password") />
                <fieldset class="checks">
                    <legend>{t("Viewers may")}</legend>
                    {ALLOWANCES.map(|(may, id, words)| allowance(draft, may, id, words)).collect_view()}
                </fieldset>
                <Field label=t("Sites that may show it in a frame") id="share-origins" hint=t("One address per line, for example https://intranet.example.org") problem=problems.of(|field| field.starts_with("embed_origins"))>
                    <textarea
                        id="share-origins"
                        class="input"
                        rows="2"
                        spellcheck="false"
                        prop:value=live::text(move || draft.origins.get())
                        on:input=live::change(move |event| draft.origins.set(event_target_value(&event)))
                    ></textarea>
                </Field>
            </details>
            <button type="submit" class="button primary wide">{t("Create link")}</button>
        </form>
    }
}

fn allowance(draft: Draft, may: ViewerMay, id: &'static str, words: &'static str) -> AnyView {
    let is_on = move || draft.viewer_may.with(|list| list.contains(&may));
    let choose = move |event: leptos::ev::Event| {
        let is_checked = event_target_checked(&event);
        draft.viewer_may.update(|list| {
            list.retain(|other| *other != may);
            if is_checked {
                list.push(may);
            }
        });
    };
    view! {
        <label class="check">
            <input id=id type="checkbox" prop:checked=live::flag(is_on) on:change=live::change(choose) />
            <span>{t(words)}</span>
        </label>
    }
    .into_any()
}
