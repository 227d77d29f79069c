//! What stands beside the preview: the figures themselves, and how the question was answered.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::query::Query;
use model::role::Action;

use super::Wanted;
use crate::api::session::Session;
use crate::api::widgets::{self, Explanation};
use crate::language::{drawn, t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// What was told of a question, or why nothing was.
type Told = Option<Result<Explanation, String>>;

/// The two buttons, and what the second leads to.
pub(super) fn beside(wanted: Memo<Wanted>, as_table: RwSignal<bool>) -> AnyView {
    let told = RwSignal::new(None::<Told>);
    // What was told of another question is not true of this one.
    Effect::watch(move || wanted.get(), move |_, _, _| told.set(None), false);
    let may_explain = use_context::<Session>().is_some_and(|session| session.may(Action::Explain));
    let asks = move || wanted.with(|wanted| matches!(wanted, Wanted::Answer(_)));
    let explain = move || {
        if told.get_untracked().is_some() {
            told.set(None);
        } else if let Wanted::Answer(query) = wanted.get_untracked() {
            told.set(Some(None));
            fetch(*query, wanted, told);
        }
    };
    let buttons = move || {
        view! {
            <p class="tools preview-tools">
                <button
                    type="button"
                    class="button small"
                    aria-pressed=live::text(move || as_table.get().to_string())
                    on:click=live::click(move |_| as_table.update(|on| *on = !*on))
                >
                    {icon(Icon::Table)}<span>{t("Show as table")}</span>
                </button>
                {may_explain.then(|| view! {
                    <button
                        type="button"
                        class="button small"
                        aria-expanded=live::text(move || told.with(Option::is_some).to_string())
                        on:click=live::click(move |_| explain())
                    >
                        {t("Explain")}
                    </button>
                })}
            </p>
            {live::part(move || told.get().map(explained).into_any())}
        }
        .into_any()
    };
    view! { {live::shown(asks, buttons)} }.into_any()
}

fn fetch(query: Query, wanted: Memo<Wanted>, told: RwSignal<Option<Told>>) {
    spawn_local(async move {
        let explanation = widgets::explain(query.clone()).await;
        let is_asked = wanted
            .try_get_untracked()
            .is_some_and(|wanted| wanted == Wanted::Answer(Box::new(query)));
        if is_asked && told.try_get_untracked().flatten().is_some() {
            told.set(Some(Some(explanation.map_err(|error| error.words()))));
        }
    });
}

fn explained(told: Told) -> AnyView {
    match told {
        None => view! { <p class="muted" role="status">{t("Asking anew …")}</p> }.into_any(),
        Some(Err(words)) => view! { <p class="notice problem" role="alert">{words}</p> }.into_any(),
        Some(Ok(explanation)) => statements(explanation),
    }
}

fn statements(explanation: Explanation) -> AnyView {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let [millis, rows] = [explanation.elapsed_ms, explanation.rows_read].map(|figure| figure as f64);
    let [millis, rows] = [millis, rows].map(|figure| drawn(|| model::format::exact(figure)));
    let exact = if explanation.exact {
        t("Every figure is exact.")
    } else {
        t("Some figures are estimates.")
    };
    let each = explanation.statements.into_iter().map(|(sql, parameters)| {
        let values = (!parameters.is_empty()).then(|| {
            let joined = parameters.join(", ");
            view! { <p class="muted">{t_with("In place of each ?: {0}", &[&joined])}</p> }
        });
        view! {
            <pre tabindex="0"><code>{sql}</code></pre>
            {values}
        }
    });
    view! {
        <section class="explained" role="region" aria-label=t("How it was answered")>
            <p>{t_with("{0} ms, {1} events looked at.", &[&millis, &rows])}" "{exact}</p>
            {each.collect_view()}
        </section>
    }
    .into_any()
}
