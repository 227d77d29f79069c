//! A shared dashboard as the HTML of an e-mail: tables for its layout, a style on each element, no style sheet and no script,
//! for programs that read mail know little more. Charts are pictures that such a program fetches below the link's address.

use charts::{ChartSpec, Table, Theme};
use leptos::prelude::Owner;
use model::account::Organization;
use model::answer::Answer;
use model::dashboard::{DashboardPage, Panel, View, Widget, WidgetType};
use model::language::{Reader, within};

use super::{asked, escaped};
use crate::address;
use crate::language::{t, t_with};

/// How wide a letter is, and the charts in it, in pixels.
const WIDTH: u32 = 600;
const CHART: (u32, u32) = (552, 276);
/// So many rows of a table; who wants more follows the link.
const MOST_ROWS: usize = 15;

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK: &str = "color:#15171c";
const MUTED: &str = "color:#5d6472";

/// The picture of a chart in a letter.
#[must_use]
pub fn picture_spec(widget: &Widget) -> ChartSpec {
    ChartSpec {
        kind: widget.kind,
        options: widget.config.options.clone(),
        width: CHART.0,
        height: CHART.1,
        theme: Theme::Light,
    }
}

/// What a letter is made of.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'l> {
    /// Whose dashboard it is.
    pub organization: &'l Organization,
    /// The dashboard, answered.
    pub page: &'l DashboardPage,
    /// How it is looked at.
    pub view: &'l View,
    /// The absolute address of the link.
    pub address: &'l str,
    /// Whether charts are pictures below that address, which a link with a password shows nobody, or figures.
    pub has_pictures: bool,
    /// When it was answered, in words.
    pub updated: &'l str,
    /// For whom the words are.
    pub reader: Reader,
}

/// The whole letter.
#[must_use]
pub fn letter(letter: &Letter<'_>) -> String {
    within(letter.reader, || {
        Owner::new().with(|| {
            crate::clocks::go_by(&letter.organization.timezone);
            written(letter)
        })
    })
}

fn written(letter: &Letter<'_>) -> String {
    let dashboard = &letter.page.dashboard;
    let title = escaped(&dashboard.name);
    let range = letter.view.range.as_ref().or(dashboard.range.as_ref());
    let range = range.map(address::range_words);
    let notes = [Some(dashboard.description.clone()), range].into_iter().flatten();
    let notes: String = notes
        .filter(|note| !note.is_empty())
        .map(|note| paragraph(&note))
        .collect();
    let query = asked::written(letter.view);
    let at = |panel: &Panel| {
        escaped(&format!(
            "{}/widgets/{}/chart.png{query}",
            letter.address, panel.widget.id
        ))
    };
    let panels = letter.page.panels.iter();
    let panels: String = panels
        .map(|panel| section(panel, letter.has_pictures.then(|| at(panel))))
        .collect();
    let address = escaped(letter.address);
    let (language, organization) = (letter.reader.language.tag(), paragraph(&letter.organization.name));
    let (updated, open) = (
        paragraph(&format!("{} {}", t("Updated"), letter.updated)),
        t("Open the dashboard"),
    );
    format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title></head>\
         <body style=\"margin:0;padding:0;background:#f4f5f7\">\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
         <td align=\"center\" style=\"padding:24px 8px\">\
         <table role=\"presentation\" width=\"{WIDTH}\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"width:100%;max-width:{WIDTH}px;background:#ffffff;border:1px solid #e3e5ea;border-radius:12px\">\
         <tr><td style=\"padding:24px\">{organization}\
         <h1 style=\"margin:4px 0 8px;{FONT};font-size:22px;line-height:1.3;{INK}\">{title}</h1>{notes}</td></tr>\
         {panels}<tr><td style=\"padding:8px 24px 24px\">\
         <a href=\"{address}\" style=\"display:inline-block;padding:10px 18px;background:#4b4ac8;border-radius:8px;\
         {FONT};font-size:15px;font-weight:600;color:#ffffff;text-decoration:none\">{open}</a>\
         <div style=\"height:12px\"></div>{updated}</td></tr></table></td></tr></table></body></html>"
    )
}

fn paragraph(text: &str) -> String {
    format!(
        "<p style=\"margin:0 0 4px;{FONT};font-size:14px;line-height:1.5;{MUTED}\">{}</p>",
        escaped(text)
    )
}

/// A card; `picture` is the address of its chart.
fn section(panel: &Panel, picture: Option<String>) -> String {
    let title = &panel.widget.title;
    let head = if title.is_empty() {
        String::new()
    } else {
        format!(
            "<h2 style=\"margin:0 0 8px;{FONT};font-size:16px;line-height:1.4;{INK}\">{}</h2>",
            escaped(title)
        )
    };
    let inside = inside(panel, picture);
    format!("<tr><td style=\"padding:0 24px 24px\">{head}{inside}</td></tr>")
}

fn inside(panel: &Panel, picture: Option<String>) -> String {
    let widget = &panel.widget;
    let options = &widget.config.options;
    if panel.problem.is_some() {
        return paragraph(t("This could not be shown. Reload the page to try again."));
    }
    if let Some(text) = options.text.as_deref().filter(|_| !widget.kind.asks()) {
        let html = crate::markdown::to_html(text);
        return format!("<div style=\"{FONT};font-size:15px;line-height:1.5;{INK}\">{html}</div>");
    }
    let Some(answer) = &panel.answer else {
        return String::new();
    };
    match (widget.kind, picture) {
        (WidgetType::Stat, _) => figure(answer, panel),
        (WidgetType::Table | WidgetType::Feed | WidgetType::Text, _) | (_, None) => {
            table(&charts::table(answer, widget.kind, options))
        }
        (_, Some(address)) => chart(answer, panel, &address),
    }
}

fn figure(answer: &Answer, panel: &Panel) -> String {
    let stat = charts::stat(answer, &panel.widget.config.options);
    let note = stat.change.map(|change| change.words).or(stat.note);
    let note = note.map(|note| paragraph(&note)).unwrap_or_default();
    format!(
        "<p style=\"margin:0;{FONT};font-size:32px;line-height:1.2;font-weight:600;{INK}\">{}</p>{note}",
        escaped(&stat.value)
    )
}

fn chart(answer: &Answer, panel: &Panel, address: &str) -> String {
    let (width, height) = CHART;
    let said = escaped(&charts::describe(answer, &picture_spec(&panel.widget)));
    format!(
        "<img src=\"{address}\" width=\"{width}\" height=\"{height}\" alt=\"{said}\" \
         style=\"display:block;width:100%;max-width:{width}px;height:auto;border:0;{FONT};font-size:14px;{MUTED}\">"
    )
}

fn table(table: &Table) -> String {
    let cell = |tag: &str, text: &str, column: usize, look: &str| {
        let is_figure = table.columns.get(column).is_some_and(|column| column.is_figure);
        let align = if is_figure { "right" } else { "left" };
        format!(
            "<{tag} align=\"{align}\" style=\"padding:6px 8px;border-bottom:1px solid #e3e5ea;{FONT};font-size:14px;{look}\">{}</{tag}>",
            escaped(text)
        )
    };
    let row = |cells: &Vec<String>, look: &str| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(column, text)| cell("td", text, column, look));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let heads = table.columns.iter().enumerate();
    let heads: String = heads
        .map(|(at, column)| cell("th", &column.title, at, MUTED))
        .collect();
    let rows: String = table
        .rows
        .iter()
        .take(MOST_ROWS)
        .map(|cells| row(cells, INK))
        .collect();
    let total = table
        .total
        .as_ref()
        .map(|cells| row(cells, "color:#15171c;font-weight:600"));
    let more = table.rows.len().saturating_sub(MOST_ROWS);
    let more = (more > 0).then(|| paragraph(&t_with("and {0} more", &[&more.to_string()])));
    format!(
        "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse\">\
         <tr>{heads}</tr>{rows}{}</table>{}",
        total.unwrap_or_default(),
        more.unwrap_or_default()
    )
}
