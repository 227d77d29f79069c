//! The page behind a share link: a dashboard as a document, without script.

use leptos::prelude::*;
use model::account::Organization;
use model::dashboard::{DashboardPage, Panel, WidgetType};

use crate::address;
use crate::api::dashboards::Shown;
use crate::board::place_classes;
use crate::drawing::{Medium, answer_view};
use crate::parts::icon::mark;

/// What the document is made of.
#[derive(Clone, Debug)]
pub struct SharedDocument {
    /// Whose dashboard it is.
    pub organization: Organization,
    /// The dashboard, answered.
    pub page: DashboardPage,
    /// When it was answered, in words: `12:04, 22 Nov 2026`.
    pub updated: String,
}

/// The whole HTML document.
#[must_use]
pub fn document(shared: &SharedDocument) -> String {
    let owner = Owner::new();
    let body = owner.with(|| body(shared).to_html());
    around(
        &format!("{} · {}", shared.page.dashboard.name, shared.organization.name),
        &body,
    )
}

/// The document behind a link that is wrong, has expired or was revoked: one and the same for all three.
#[must_use]
pub fn gone() -> String {
    let page = || {
        view! {
            <main class="plain">
                <div class="message-page">
                    {mark()}
                    <h1>"This link shows nothing"</h1>
                    <p>"It has expired, was revoked, or is not complete. Ask whoever sent it for a new one."</p>
                </div>
            </main>
        }
        .into_any()
    };
    around(
        "Nothing here · DataPulse",
        &Owner::new().with(|| page().to_html()),
    )
}

fn around(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!DOCTYPE html><html lang=\"en\" data-theme=\"system\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/pkg/datapulse.css\"></head><body class=\"shared\">{body}</body></html>"
    )
}

/// `text` as HTML text.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn body(shared: &SharedDocument) -> AnyView {
    let dashboard = shared.page.dashboard.clone();
    let range = dashboard.range.as_ref().map(address::range_words);
    let cards = shared.page.panels.iter().cloned().map(card).collect_view();
    let is_empty = shared.page.panels.is_empty();
    view! {
        <div class="document">
            <header class="document-head">
                <p class="organization">{shared.organization.name.clone()}</p>
                <h1>{dashboard.name}</h1>
                {(!dashboard.description.is_empty()).then(|| view! { <p class="description">{dashboard.description}</p> })}
                {range.map(|words| view! { <p class="range-words">{words}</p> })}
            </header>
            <main>
                {is_empty.then(|| view! { <p class="muted">"There is nothing on this dashboard yet."</p> })}
                <div class="grid">{cards}</div>
            </main>
            <footer class="document-foot">
                <span>{format!("Updated {}", shared.updated)}</span>
                <span class="made-with">{mark()}"Made with DataPulse"</span>
            </footer>
        </div>
    }
    .into_any()
}

fn card(panel: Panel) -> AnyView {
    let Shown {
        widget,
        answer,
        problem,
        html,
    } = panel.into();
    let classes = place_classes(&widget);
    let inside = match (problem, html, answer) {
        (Some(_), ..) => view! { <div class="nothing"><p class="muted">"This could not be shown. Reload the page to try again."</p></div> }.into_any(),
        (None, Some(html), _) => view! { <div class="prose" inner_html=html></div> }.into_any(),
        (None, None, Some(answer)) => answer_view(answer, widget.kind, widget.config.options, widget.size, Medium::Paper),
        (None, None, None) => ().into_any(),
    };
    let has_title = !widget.title.is_empty() || widget.kind != WidgetType::Text;
    view! {
        <article class=classes>
            {has_title.then(|| view! { <header class="card-head"><h2>{widget.title}</h2></header> })}
            <div class="card-body">{inside}</div>
        </article>
    }
    .into_any()
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
            updated: "12:04, 22 Nov 2026".to_owned(),
        }
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
            "Updated 12:04, 22 Nov 2026",
            "<strong>you</strong>",
            "noindex",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }
}
