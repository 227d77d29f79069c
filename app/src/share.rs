//! The page behind a share link: a dashboard as a document, complete without script.

mod asked;
mod controls;
mod letter;
mod plain;
mod sheet;

use leptos::prelude::*;
use model::account::Organization;
use model::dashboard::{DashboardPage, Panel, View, WidgetType};
use model::query::{Property, Range};

use crate::address;
use crate::api::dashboards::Shown;
use crate::board::place_classes;
use crate::drawing::{Medium, answer_view};
use crate::language::{Reader, t, t_with};
use crate::parts::icon::mark;
pub use asked::asked;
pub use letter::{Letter, letter, picture_spec};
use model::language::within;
pub use plain::{gone, locked};
pub(crate) use sheet::{Head, around, escaped};

/// What the document is made of.
#[derive(Clone, Debug)]
pub struct SharedDocument {
    /// Whose dashboard it is.
    pub organization: Organization,
    /// The dashboard, answered.
    pub page: DashboardPage,
    /// How it is looked at.
    pub view: View,
    /// The properties that a viewer may filter by.
    pub filterable: Vec<Property>,
    /// Whether a viewer may choose the range.
    pub may_choose_range: bool,
    /// Whether a viewer may take the figures along.
    pub may_download: bool,
    /// The path of this page, without its query: `/s/…`.
    pub path: String,
    /// The path of the link itself, below which its files are.
    pub link: String,
    /// The absolute address of the picture for where the link is posted.
    pub card: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// When it was answered, in words: `12:04, 22 Nov 2026`.
    pub updated: String,
    /// Where it stands.
    pub standing: Standing,
    /// For whom the words around the figures are, and the figures.
    pub reader: Reader,
}

/// Where a document stands, and what it may therefore refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A page of this server; with a nonce it brings new figures as they come.
    Page {
        /// What the policy allows the script by.
        nonce: Option<String>,
    },
    /// In a frame of another site.
    Framed {
        /// What the policy allows the script by.
        nonce: Option<String>,
    },
    /// A file that stands alone.
    File {
        /// The style sheet with everything that it refers to.
        css: String,
    },
}

/// The whole HTML document.
#[must_use]
pub fn document(shared: &SharedDocument) -> String {
    let body = within(shared.reader, || {
        Owner::new().with(|| {
            crate::clocks::go_by(&shared.organization.timezone);
            body(shared).to_html()
        })
    });
    let dashboard = &shared.page.dashboard;
    let title = format!("{} · {}", dashboard.name, shared.organization.name);
    let head = Head {
        title: &title,
        theme: shared.theme,
        card: shared.card.as_deref(),
        description: &dashboard.description,
        standing: &shared.standing,
        language: shared.reader.language,
    };
    around(&head, &body)
}

/// The words for a range in the [current language](model::language::within), on the clocks of the IANA time zone.
#[must_use]
pub fn range_words(range: &Range, timezone: &str) -> String {
    Owner::new().with(|| {
        crate::clocks::go_by(timezone);
        address::range_words(range)
    })
}

/// What stands inside a card, in the [current language](model::language::within) and on the clocks of the IANA time zone:
/// what a script puts there when the figures have changed.
#[must_use]
pub fn card_inside(panel: &Panel, timezone: &str) -> String {
    Owner::new().with(|| {
        crate::clocks::go_by(timezone);
        inside(panel.clone().into()).to_html()
    })
}

fn body(shared: &SharedDocument) -> AnyView {
    let dashboard = shared.page.dashboard.clone();
    let range = shared.view.range.as_ref().or(dashboard.range.as_ref());
    let range = range.map(address::range_words);
    let is_file = matches!(shared.standing, Standing::File { .. });
    let cards = shared.page.panels.iter().cloned();
    let cards = cards.map(|panel| card(shared, panel)).collect_view();
    let is_empty = shared.page.panels.is_empty();
    let live = live_address(shared);
    let said = live.is_some().then(live_words);
    view! {
        <div class="document" data-live=live data-said=said>
            <header class="document-head">
                <p class="organization">{shared.organization.name.clone()}</p>
                <h1>{dashboard.name}</h1>
                {(!dashboard.description.is_empty()).then(|| view! { <p class="description">{dashboard.description}</p> })}
                {range.map(|words| view! { <p class="range-words">{words}</p> })}
                {(!is_file).then(|| controls::controls(shared))}
            </header>
            <main>
                {is_empty.then(|| view! { <p class="muted">{t("There is nothing on this dashboard yet.")}</p> })}
                <div class="grid">{cards}</div>
            </main>
            <footer class="document-foot">
                <span>{t("Updated")}" "<span class="updated">{shared.updated.clone()}</span><span class="live-state" role="status"></span></span>
                {(shared.may_download && !is_file).then(|| view! {
                    <a class="take-along" href=taken(shared, "/document.html")>{t("Save as one file")}</a>
                    <a class="take-along" href=taken(shared, "/document.pdf")>{t("Save as PDF")}</a>
                    <a class="take-along" href=taken(shared, "/email.html")>{t("Save for an e-mail")}</a>
                })}
                <span class="made-with">{mark()}{t("Made with DataPulse")}</span>
            </footer>
        </div>
    }
    .into_any()
}

/// What the script of the page says of its connection.
fn live_words() -> String {
    serde_json::json!({
        "live": t(" · live"),
        "stale": t(" · not live, trying again"),
        "over": t(" · not live any more"),
    })
    .to_string()
}

/// Where new figures come from; only for the dashboard as it was saved.
fn live_address(shared: &SharedDocument) -> Option<String> {
    let has_script = match &shared.standing {
        Standing::Page { nonce } | Standing::Framed { nonce } => nonce.is_some(),
        Standing::File { .. } => false,
    };
    (has_script && shared.view == View::default()).then(|| format!("{}/live", shared.link))
}

/// The address of a file of the link, for what is shown now.
fn taken(shared: &SharedDocument, file: &str) -> String {
    format!("{}{file}{}", shared.link, asked::written(&shared.view))
}

fn card(shared: &SharedDocument, panel: Panel) -> AnyView {
    let shown: Shown = panel.into();
    let widget = &shown.widget;
    let classes = place_classes(widget);
    let id = format!("w-{}", widget.id);
    let has_title = !widget.title.is_empty() || widget.kind != WidgetType::Text;
    let title = widget.title.clone();
    let is_file = matches!(shared.standing, Standing::File { .. });
    let csv = (shared.may_download && !is_file && shown.answer.is_some())
        .then(|| taken(shared, &format!("/widgets/{}/data.csv", widget.id)));
    let label = t_with("Figures of {0} as CSV", &[&title]);
    view! {
        <article class=classes id=id>
            {has_title.then(|| view! {
                <header class="card-head">
                    <h2>{title}</h2>
                    {csv.map(|path| view! { <a class="take-along" href=path aria-label=label>"CSV"</a> })}
                </header>
            })}
            <div class="card-body">{inside(shown)}</div>
        </article>
    }
    .into_any()
}

fn inside(shown: Shown) -> AnyView {
    let Shown {
        widget,
        answer,
        problem,
        html,
    } = shown;
    match (problem, html, answer) {
        (Some(_), ..) => view! { <div class="nothing"><p class="muted">{t("This could not be shown. Reload the page to try again.")}</p></div> }.into_any(),
        (None, Some(html), _) => view! { <div class="prose" inner_html=html></div> }.into_any(),
        (None, None, Some(answer)) => answer_view(answer, widget.kind, widget.config.options, widget.size, Medium::Paper),
        (None, None, None) => ().into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(name: &str, text: &str) -> SharedDocument {
        let organization = serde_json::from_str(
            r#"{"id":"01890000-0000-7000-8000-000000000001","name":"Acme & Sons","plan":"free","timezone":"UTC","week_start":"monday"}"#,
        );
        let page = serde_json::json!({
            "dashboard": {
                "id": "01890000-0000-7000-8000-000000000002", "name": name, "description": "", "layout": {},
                "range": {"from": "2015-05-17", "to": "2015-05-20"}, "created_by": null,
                "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "version": 1
            },
            "panels": [{
                "widget": {
                    "id": "01890000-0000-7000-8000-000000000003", "dashboard_id": "01890000-0000-7000-8000-000000000002",
                    "type": "text", "title": "", "config": {"options": {"text": text}}, "position": {"x": 0, "y": 0},
                    "size": {"w": 4, "h": 2}, "created_at": "2026-01-01T00:00:00Z", "version": 1
                },
                "answer": null, "problem": null
            }]
        });
        SharedDocument {
            organization: organization.expect("it is an organization"),
            page: serde_json::from_value(page).expect("it is a page"),
            view: View::default(),
            filterable: vec!["country".parse().expect("a property")],
            may_choose_range: true,
            may_download: true,
            path: "/s/abc".to_owned(),
            link: "/s/abc".to_owned(),
            card: Some("https://stats.example.org/s/abc/card.png".to_owned()),
            theme: "system",
            updated: "12:04, 22 Nov 2026".to_owned(),
            standing: Standing::Page { nonce: None },
            reader: Reader::default(),
        }
    }

    #[test]
    fn nobody_reads_in_the_language_of_the_request_before() {
        let [english, german] = [
            model::language::Language::English,
            model::language::Language::German,
        ]
        .map(Reader::from);
        let before = Owner::new();
        before.with(|| provide_context(german));
        before.set();
        assert!(gone(english).contains("Nothing here"), "{}", gone(english));
        before.with(|| provide_context(english));
        assert!(!gone(german).contains("Nothing here"), "{}", gone(german));
    }

    #[test]
    fn the_document_carries_no_script_and_no_inline_style() {
        let html = document(&shared(
            "<script>alert(1)</script>",
            "<script>alert(2)</script>\n\n[x](javascript:alert(3))",
        ));
        assert!(
            !html.contains("<script") && !html.contains("javascript:") && !html.contains("style=\""),
            "{html}"
        );
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    }

    #[test]
    fn the_document_says_whose_it_is_and_when_it_was_made() {
        let html = document(&shared("Visits", "Hello **you**"));
        for part in [
            "Acme &amp; Sons",
            "Visits",
            "17 May 2015 – 20 May 2015",
            "12:04, 22 Nov 2026",
            "https://stats.example.org/s/abc/card.png",
            "href=\"/s/abc?range=7d\"",
            "href=\"/s/abc/document.html\"",
            "<strong>you</strong>",
            "noindex",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }

    #[test]
    fn a_file_refers_to_nothing_outside_itself() {
        let mut shared = shared("Visits", "Hello");
        shared.standing = Standing::File {
            css: "body { margin: 0 }".to_owned(),
        };
        shared.card = None;
        let html = document(&shared);
        assert!(html.contains("<style>body { margin: 0 }</style>"), "{html}");
        for outside in ["href=\"", "src=\"", "url(", "<form", "data-live"] {
            assert!(!html.contains(outside), "{outside} in {html}");
        }
    }

    #[test]
    fn the_script_comes_with_its_nonce_and_an_address_to_listen_to() {
        let mut shared = shared("Visits", "Hello");
        shared.standing = Standing::Framed {
            nonce: Some("abc".to_owned()),
        };
        let html = document(&shared);
        assert!(
            html.contains("nonce=\"abc\"") && html.contains("data-live=\"/s/abc/live\""),
            "{html}"
        );
        shared.view = asked("?range=7d");
        assert!(
            !document(&shared).contains("data-live"),
            "a view of one's own is not followed"
        );
    }
}
