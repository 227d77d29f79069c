//! Asking a question: as a widget of a dashboard, or for its own sake.

mod conditions;
mod draft;
mod explore;
mod fields;
mod filter;
mod form;
mod inputs;
mod people;
mod preview;
mod rows;
mod segments;
mod spot;
mod suggest;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use model::catalogue::EventName;
use model::dashboard::{Dashboard, Widget, WidgetSpec};
use model::ids::{DashboardId, WidgetId};

use crate::api::{catalogue, dashboards, widgets};
use crate::board::no_such_page;
use crate::error::AppError;
use crate::language::t;
use crate::parts::field::Problems;
use crate::parts::frame::Frame;
use crate::parts::live;
use crate::parts::load::{Fetched, loaded, waiting_board};
use crate::parts::title::Title;
use crate::parts::toast::Toasts;
use draft::Draft;
use explore::ExplorePage;
pub(crate) use filter::{FilterDraft, FilterLens, Lists, filter_row, op_choices};
use suggest::Catalogue;

/// Properties that are suggested before any other is known.
pub(crate) const USUAL_PROPERTIES: [&str; 9] = [
    "$name",
    "$user_id",
    "$anonymous_id",
    "$session_id",
    "$path",
    "$referrer",
    "$browser",
    "$os",
    "$device",
];

type Subject = (Dashboard, Option<Widget>, Vec<EventName>);

/// What the parts of the editor share.
#[derive(Clone, Copy)]
struct Editor {
    draft: RwSignal<Draft>,
    problems: Problems,
    names: StoredValue<Vec<EventName>>,
    catalogue: Catalogue,
    /// What is told to those who do not see what moved.
    said: RwSignal<String>,
    is_saving: RwSignal<bool>,
    toasts: Toasts,
    /// Where the widget goes; none for a new dashboard.
    dashboard: RwSignal<Option<DashboardId>>,
    widget: StoredValue<Option<Widget>>,
    leave: Callback<String>,
}

/// The page of the address: the editor of a widget that it names, or asking for its own sake.
pub(crate) fn page_of_the_address() -> AnyView {
    let names_a_widget = use_params_map().with_untracked(|params| params.get("widget").is_some());
    if names_a_widget {
        view! { <EditorPage /> }.into_any()
    } else {
        view! { <ExplorePage /> }.into_any()
    }
}

/// The page of a widget.
#[component]
fn EditorPage() -> impl IntoView {
    let params = use_params_map();
    let ids = Memo::new(move |_| {
        params.with(|params| {
            let dashboard = params.get("id")?.parse::<DashboardId>().ok()?;
            let widget = params.get("widget")?;
            if widget == "new" {
                Some((dashboard, None))
            } else {
                Some((dashboard, Some(widget.parse::<WidgetId>().ok()?)))
            }
        })
    });
    let fetched: Fetched<Subject> = Resource::new(
        move || ids.get(),
        |ids| async move {
            let Some((dashboard, widget)) = ids else {
                return Err(no_such_page());
            };
            subject(dashboard, widget).await
        },
    );
    view! { <Frame>{loaded(fetched, waiting_board, editor_view)}</Frame> }
}

async fn subject(dashboard: DashboardId, widget: Option<WidgetId>) -> Result<Subject, AppError> {
    let dashboard = dashboards::get_dashboard(dashboard).await?;
    let widget = match widget {
        None => None,
        Some(id) => Some(widgets::get_widget(id).await?),
    };
    if widget
        .as_ref()
        .is_some_and(|widget| widget.dashboard_id != dashboard.id)
    {
        return Err(no_such_page());
    }
    Ok((dashboard, widget, catalogue::event_names().await?))
}

fn editor_view((dashboard, widget, names): Subject) -> AnyView {
    let navigate = use_navigate();
    let title = if widget.is_some() {
        t("Edit widget")
    } else {
        t("New widget")
    };
    let most_frequent = names.first().map(|event| event.name.clone()).unwrap_or_default();
    let draft = widget
        .as_ref()
        .map_or_else(|| Draft::new(&most_frequent, dashboard.range.as_ref()), Draft::of);
    let leave = Callback::new(move |path: String| navigate(&path, NavigateOptions::default()));
    let editor = Editor::new(draft, names, Some(dashboard.id), leave);
    editor.widget.set_value(widget);
    let back = format!("/dashboards/{}", dashboard.id);
    view! {
        <Title text=title />
        <form class="editor" on:submit=live::submit(move |event| { event.prevent_default(); editor.save(); })>
            <header class="topbar">
                <div class="titles">
                    <a class="back" href=back.clone()>{dashboard.name}</a>
                    <h1>{title}</h1>
                </div>
                <div class="tools">
                    <a class="button" href=back>{t("Cancel")}</a>
                    <button type="submit" class="button primary" disabled=live::flag(move || editor.is_saving.get())>{t("Save widget")}</button>
                </div>
            </header>
            {halves(editor)}
        </form>
    }
    .into_any()
}

/// What is asked, and what comes of it.
fn halves(editor: Editor) -> AnyView {
    view! {
        <div class="editor-halves">
            <div class="editor-form">{form::form(editor)}</div>
            <div class="editor-preview">{preview::preview(editor)}</div>
        </div>
    }
    .into_any()
}

impl Editor {
    fn new(
        draft: Draft,
        names: Vec<EventName>,
        dashboard: Option<DashboardId>,
        leave: Callback<String>,
    ) -> Self {
        Self {
            draft: RwSignal::new(draft),
            problems: Problems::new(),
            names: StoredValue::new(names),
            catalogue: Catalogue::new(),
            said: RwSignal::new(String::new()),
            is_saving: RwSignal::new(false),
            toasts: Toasts::here(),
            dashboard: RwSignal::new(dashboard),
            widget: StoredValue::new(None),
            leave,
        }
    }

    /// Saves the widget and goes back to its dashboard; on a problem nothing that was typed is lost.
    fn save(self) {
        let place = self
            .widget
            .with_value(|widget| widget.as_ref().map(|widget| (widget.position, widget.size)));
        let spec = match self.draft.with_untracked(|draft| draft.spec(place)) {
            Ok(spec) => spec,
            Err(errors) => {
                self.tell(&AppError::Invalid(errors));
                return;
            }
        };
        self.is_saving.set(true);
        spawn_local(async move {
            let existing = self
                .widget
                .with_value(|widget| widget.as_ref().map(|widget| (widget.id, widget.version)));
            let saved = match existing {
                Some((id, version)) => widgets::replace_widget(id, spec, version).await,
                None => self.add(spec).await,
            };
            self.is_saving.set(false);
            match saved {
                Ok(widget) => self.leave.run(format!("/dashboards/{}", widget.dashboard_id)),
                Err(error) => self.tell(&error),
            }
        });
    }

    /// Puts a new widget on its dashboard, which is made first where it is a new one.
    async fn add(self, spec: WidgetSpec) -> Result<Widget, AppError> {
        let dashboard = if let Some(known) = self.dashboard.get_untracked() {
            known
        } else {
            let name = match spec.title.trim() {
                "" => t("New dashboard").to_owned(),
                title => title.to_owned(),
            };
            let made = dashboards::create_dashboard(name).await?.id;
            // Whoever has to try again does not want a second one.
            self.dashboard.set(Some(made));
            made
        };
        widgets::create_widget(dashboard, spec).await
    }

    /// Says what is wrong beside its field and goes there; at the foot of the page where it has no field.
    fn tell(self, error: &AppError) {
        let errors = draft::without_prefixes(error.fields().to_vec());
        self.problems
            .set(self.draft.with_untracked(|draft| draft.placed(&errors)));
        let error = error.clone();
        request_animation_frame(move || {
            if !focus_first_problem() {
                self.toasts.problem(&error);
            }
        });
    }
}

fn focus_first_problem() -> bool {
    use leptos::wasm_bindgen::JsCast;
    let wrong = document()
        .query_selector(".editor-form .wrong .input")
        .ok()
        .flatten();
    let input = wrong.and_then(|element| element.dyn_into::<leptos::web_sys::HtmlElement>().ok());
    input.is_some_and(|input| input.focus().is_ok())
}
