//! Dashboards and widgets as PDF.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use charts::{Paper, PaperPanel, Shown};
use engine::{Engine, Error};
use model::account::Organization;
use model::answer::Answer;
use model::dashboard::{DashboardPage, Panel, View, Widget};
use model::format::bucket;
use model::language::{Reader, within};
use model::query::Interval;

use crate::attachment::attachment;
use crate::pictures;

/// A dashboard, as it was answered for `view`.
///
/// # Errors
/// As [`pictures::pdf`].
pub(crate) async fn answer(
    engine: &Engine,
    organization: &Organization,
    page: DashboardPage,
    view: &View,
    reader: Reader,
) -> Result<Response, Error> {
    let range = view.range.as_ref().or(page.dashboard.range.as_ref());
    let range = range.map(|range| within(reader, || app::share::range_words(range, &organization.timezone)));
    let said = [Some(page.dashboard.description.clone()), range];
    let note: Vec<String> = said
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty())
        .collect();
    let (title, organization) = (page.dashboard.name.clone(), organization.clone());
    let updated = within(reader, || updated(engine, &organization));
    let draw = move || {
        let words: Vec<Option<String>> = page.panels.iter().map(words).collect();
        let panels: Vec<PaperPanel<'_>> = page.panels.iter().zip(&words).map(panel).collect();
        let paper = Paper {
            organization: &organization.name,
            title: &page.dashboard.name,
            note: &note.join(" · "),
            updated: &updated,
            panels: &panels,
        };
        within(reader, || charts::pages(&paper))
    };
    let named = attachment(&title, "dashboard", "pdf");
    Ok(file(pictures::pdf(title, draw).await?, named))
}

/// A widget's card.
///
/// # Errors
/// As [`pictures::pdf`].
pub(crate) async fn widget(widget: Widget, answer: Answer, reader: Reader) -> Result<Response, Error> {
    let title = widget.title.clone();
    let panel_of = Panel {
        widget,
        answer: Some(answer),
        problem: None,
    };
    let draw = move || vec![within(reader, || charts::widget_page(&panel((&panel_of, &None))))];
    let named = attachment(&title, "chart", "pdf");
    Ok(file(pictures::pdf(title, draw).await?, named))
}

/// What a card says that has no answer: why, or the words of a person.
fn words(panel: &Panel) -> Option<String> {
    let own = panel.widget.config.options.text.as_deref();
    panel.problem.clone().or_else(|| own.map(app::to_words))
}

fn panel<'p>((panel, words): (&'p Panel, &'p Option<String>)) -> PaperPanel<'p> {
    let widget = &panel.widget;
    PaperPanel {
        title: &widget.title,
        shown: match &panel.answer {
            Some(answer) => Shown::Answer(answer),
            None => Shown::Words(words.as_deref().unwrap_or_default()),
        },
        kind: widget.kind,
        options: &widget.config.options,
        position: widget.position,
        size: widget.size,
    }
}

fn file(pdf: Vec<u8>, named: HeaderValue) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, named),
    ];
    (headers, pdf).into_response()
}

/// Now, in the words of the current language, on the clocks of the organization: `12:04, 22 Nov 2026`.
pub(crate) fn updated(engine: &Engine, organization: &Organization) -> String {
    let now = engine.local_now(&organization.timezone);
    format!(
        "{}, {}",
        bucket(now, Interval::Minute, false),
        bucket(now, Interval::Day, true)
    )
}
