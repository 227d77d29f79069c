//! What a person does to a dashboard and its widgets.

use std::mem::replace;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use model::dashboard::{Dashboard, DashboardSpec, Position, Widget, WidgetPlace, WidgetPlaces, WidgetSpec};
use model::ids::{DashboardId, WidgetId};
use model::query::{Filter, Range};

use super::Board;
use super::history::Done;
use super::layout::{Placed, Step, put, stepped};
use crate::api::dashboards::{self as api, Shown};
use crate::api::widgets;
use crate::error::AppError;
use crate::language::{t, t_with};

/// What is said of a dashboard to replace it by itself.
pub(crate) fn spec_of(dashboard: &Dashboard) -> DashboardSpec {
    DashboardSpec {
        name: dashboard.name.clone(),
        description: dashboard.description.clone(),
        layout: dashboard.layout.as_object().cloned(),
        range: dashboard.range.clone(),
        filter: dashboard.filter.clone(),
    }
}

fn spec_of_widget(widget: &Widget) -> WidgetSpec {
    WidgetSpec {
        kind: widget.kind,
        title: widget.title.clone(),
        config: widget.config.clone(),
        position: Some(widget.position),
        size: Some(widget.size),
    }
}

/// A setting of the dashboard itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    /// What it is called.
    Name(String),
    /// What it says below its name.
    Description(String),
    /// The range that everybody sees first.
    Range(Option<Range>),
    /// The filter that everybody sees first.
    Filter(Option<Filter>),
}

impl Setting {
    /// Puts it into `spec`; gives what was there.
    fn swap(self, spec: &mut DashboardSpec) -> Self {
        match self {
            Self::Name(name) => Self::Name(replace(&mut spec.name, name)),
            Self::Description(text) => Self::Description(replace(&mut spec.description, text)),
            Self::Range(range) => Self::Range(replace(&mut spec.range, range)),
            Self::Filter(filter) => Self::Filter(replace(&mut spec.filter, filter)),
        }
    }
}

impl Board {
    fn set(self, settings: Vec<Setting>, done: &'static str) {
        spawn_local(async move {
            if let Some(before) = self.put_settings(settings).await {
                self.remember(Done::Set(before));
                let undo = Callback::new(move |()| self.undo());
                self.toasts.say_with_undo(done.to_owned(), undo);
            }
        });
    }

    /// Changes these settings of the dashboard, and only these: the rest stays as it is by now. Gives what they were.
    pub(super) async fn put_settings(self, settings: Vec<Setting>) -> Option<Vec<Setting>> {
        match replaced(self.id, settings).await {
            Ok((dashboard, before)) => {
                self.page.update(|page| page.dashboard = dashboard);
                Some(before)
            }
            Err(error) => {
                // The inputs show what is kept, not what was refused.
                self.page.update(|_| {});
                self.toasts.problem(&error);
                None
            }
        }
    }

    pub(crate) fn rename(self, name: String) {
        if self.page.with_untracked(|page| page.dashboard.name != name) {
            self.set(vec![Setting::Name(name)], t("Renamed."));
        }
    }

    pub(crate) fn describe(self, description: String) {
        if self
            .page
            .with_untracked(|page| page.dashboard.description != description)
        {
            self.set(vec![Setting::Description(description)], t("Saved."));
        }
    }

    /// Makes a range or a filter the one that everybody sees at first.
    pub(crate) fn keep_view(self, range: Option<Range>, filter: Option<Filter>) {
        let range = range.map(|range| Setting::Range(Some(range)));
        let filter = filter.map(|filter| Setting::Filter(Some(filter)));
        self.set(
            range.into_iter().chain(filter).collect(),
            t("Everybody sees this range and filter first now."),
        );
    }

    fn shown(self, id: WidgetId) -> Option<Shown> {
        self.page
            .with_untracked(|page| page.panels.iter().find(|shown| shown.widget.id == id).cloned())
    }

    pub(crate) fn delete_widget(self, id: WidgetId) {
        let Some(shown) = self.shown(id) else { return };
        spawn_local(async move {
            if let Err(error) = widgets::delete_widget(id).await {
                self.toasts.problem(&error);
                return;
            }
            self.forget(id);
            let spec = Box::new(spec_of_widget(&shown.widget));
            self.remember(Done::Deleted(id, spec));
            let undo = Callback::new(move |()| self.undo());
            let title = if shown.widget.title.is_empty() {
                t("The widget").to_owned()
            } else {
                format!("“{}”", shown.widget.title)
            };
            self.toasts
                .say_with_undo(t_with("{0} is deleted.", &[&title]), undo);
        });
    }

    fn add_again(self, spec: WidgetSpec) {
        spawn_local(async move {
            match widgets::create_widget(self.id, spec).await {
                Ok(widget) => self.added(widget.id),
                Err(error) => self.toasts.problem(&error),
            }
        });
    }

    /// Shows a widget that was just made.
    pub(crate) fn added(self, id: WidgetId) {
        self.remember(Done::Added(id));
        self.reload();
    }

    fn remember(self, done: Done) {
        self.toasts.forget_undo();
        self.history.remember(done);
    }

    /// Takes back what was done last.
    pub(crate) fn undo(self) {
        self.toasts.forget_undo();
        spawn_local(super::history::go_back(self, false));
    }

    /// Does again what was taken back last.
    pub(crate) fn redo(self) {
        spawn_local(super::history::go_back(self, true));
    }

    /// Takes a widget off the page; the server does not know it any more.
    pub(super) fn forget(self, id: WidgetId) {
        self.page
            .update(|page| page.panels.retain(|shown| shown.widget.id != id));
    }

    pub(super) fn spec_of(self, id: WidgetId) -> Option<WidgetSpec> {
        self.shown(id).map(|shown| spec_of_widget(&shown.widget))
    }

    pub(crate) fn duplicate_widget(self, id: WidgetId) {
        let Some(shown) = self.shown(id) else { return };
        let spec = WidgetSpec {
            position: None,
            ..spec_of_widget(&shown.widget)
        };
        self.toasts.say(t("The copy stands below the others."));
        self.add_again(spec);
    }

    /// Where all cards are.
    pub(super) fn places(self) -> Vec<Placed<WidgetId>> {
        let place = |shown: &Shown| {
            let widget = &shown.widget;
            Placed {
                key: widget.id,
                position: widget.position,
                size: widget.size,
            }
        };
        self.page
            .with_untracked(|page| page.panels.iter().map(place).collect())
    }

    /// Moves or resizes a widget by one step, and whatever that pushes away.
    pub(crate) fn step(self, id: WidgetId, step: Step) {
        let before = self.places();
        let after = stepped(&before, id, step);
        if self.put(&before, after) {
            self.remember(Done::Moved(before));
        }
    }

    /// Shows what would become of putting a widget at `place`, from where all cards were when it was taken up; keeps it
    /// once it is let go.
    pub(crate) fn drag(self, place: Placed<WidgetId>, is_let_go: bool) {
        let before = self
            .dragged_from
            .try_update_value(|from| from.get_or_insert_with(|| self.places()).clone());
        let Some(before) = before else { return };
        let after = put(&before, place);
        self.show_places(&after);
        if is_let_go {
            self.dragged_from.set_value(None);
            self.set_in_reading_order();
            if after != before {
                let moved = after.into_iter().filter(|place| !before.contains(place));
                self.save_places(moved.map(|place| place.key).collect());
                self.remember(Done::Moved(before));
            }
        }
    }

    /// Puts all cards at their places and keeps those that moved. Whether any did.
    pub(super) fn put(self, before: &[Placed<WidgetId>], after: Vec<Placed<WidgetId>>) -> bool {
        let moved: Vec<Placed<WidgetId>> = after
            .into_iter()
            .filter(|place| !before.contains(place))
            .collect();
        if moved.is_empty() {
            return false;
        }
        self.show_places(&moved);
        self.set_in_reading_order();
        self.save_places(moved.into_iter().map(|place| place.key).collect());
        true
    }

    fn show_places(self, places: &[Placed<WidgetId>]) {
        self.page.update(|page| {
            for shown in &mut page.panels {
                if let Some(place) = places.iter().find(|place| place.key == shown.widget.id) {
                    shown.widget.position = place.position;
                    shown.widget.size = place.size;
                }
            }
        });
    }

    /// Sets cards in the order in which they are read. Not while one is held: a card that changes its place in the document
    /// is laid out anew with all that is in it, and the classes alone say where each is seen.
    fn set_in_reading_order(self) {
        keep_focus();
        self.page.update(|page| {
            page.panels.sort_by_key(|shown| {
                let Position { x, y } = shown.widget.position;
                (y, x)
            });
        });
    }

    fn save_places(self, moved: Vec<WidgetId>) {
        self.unsaved.update_value(|unsaved| {
            for id in moved {
                if !unsaved.contains(&id) {
                    unsaved.push(id);
                }
            }
        });
        if self.is_saving.get_value() {
            return;
        }
        self.is_saving.set_value(true);
        spawn_local(async move {
            while let Some(places) = self.unsaved_places() {
                match widgets::place_widgets(self.id, places).await {
                    Ok(saved) => self.count_versions(&saved),
                    Err(error) => {
                        self.unsaved.set_value(Vec::new());
                        match error {
                            AppError::Changed => self.toasts.refuse(t(
                                "Somebody else changed this in the meantime. You see what is kept now.",
                            )),
                            error => self.toasts.problem(&error),
                        }
                        self.reload();
                    }
                }
            }
            self.is_saving.set_value(false);
        });
    }

    /// Where the cards are now that moved and were not kept yet.
    fn unsaved_places(self) -> Option<WidgetPlaces> {
        let moved = self.unsaved.try_update_value(std::mem::take)?;
        let widgets: Vec<WidgetPlace> = self.page.with_untracked(|page| {
            let shown = page.panels.iter().map(|shown| &shown.widget);
            let moved = shown.filter(|widget| moved.contains(&widget.id));
            moved
                .map(|widget| WidgetPlace {
                    id: widget.id,
                    position: widget.position,
                    size: widget.size,
                    version: Some(widget.version),
                })
                .collect()
        });
        (!widgets.is_empty()).then_some(WidgetPlaces { widgets })
    }

    fn count_versions(self, saved: &[Widget]) {
        self.page.update(|page| {
            for shown in &mut page.panels {
                if let Some(saved) = saved.iter().find(|saved| saved.id == shown.widget.id) {
                    shown.widget.version = saved.version;
                }
            }
        });
    }
}

/// Gives the focus back to what has it now, should a move in the document take it.
fn keep_focus() {
    let Some(held) = document().active_element() else {
        return;
    };
    request_animation_frame(move || {
        let is_lost = document()
            .active_element()
            .is_none_or(|now| now.tag_name() == "BODY");
        if is_lost && held.is_connected() {
            let _ = held.unchecked_ref::<HtmlElement>().focus();
        }
    });
}

/// Changes the settings of a dashboard as it is by now; gives it, and what they were.
async fn replaced(id: DashboardId, settings: Vec<Setting>) -> Result<(Dashboard, Vec<Setting>), AppError> {
    let dashboard = api::get_dashboard(id).await?;
    let mut spec = spec_of(&dashboard);
    let before = settings
        .into_iter()
        .map(|setting| setting.swap(&mut spec))
        .collect();
    let dashboard = api::replace_dashboard(id, spec, dashboard.version).await?;
    Ok((dashboard, before))
}
