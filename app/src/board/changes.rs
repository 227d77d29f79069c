//! What a person does to a dashboard and its widgets.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::dashboard::{Dashboard, DashboardSpec, Position, Widget, WidgetSpec};
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

async fn replaced(id: DashboardId, change: impl FnOnce(&mut DashboardSpec)) -> Result<Dashboard, AppError> {
    let dashboard = api::get_dashboard(id).await?;
    let mut spec = spec_of(&dashboard);
    change(&mut spec);
    api::replace_dashboard(id, spec, dashboard.version).await
}

impl Board {
    /// Changes the dashboard's own settings, and only what `change` says: the rest stays as it is by now.
    fn replace(self, change: impl FnOnce(&mut DashboardSpec) + 'static, done: &'static str) {
        spawn_local(async move {
            match replaced(self.id, change).await {
                Ok(dashboard) => {
                    self.page.update(|page| page.dashboard = dashboard);
                    self.toasts.say(done);
                }
                Err(error) => {
                    // The inputs show what is kept, not what was refused.
                    self.page.update(|_| {});
                    self.toasts.problem(&error);
                }
            }
        });
    }

    pub(crate) fn rename(self, name: String) {
        if self.page.with_untracked(|page| page.dashboard.name == name) {
            return;
        }
        self.replace(move |spec| spec.name = name, t("Renamed."));
    }

    pub(crate) fn describe(self, description: String) {
        if self
            .page
            .with_untracked(|page| page.dashboard.description == description)
        {
            return;
        }
        self.replace(move |spec| spec.description = description, t("Saved."));
    }

    /// Makes a range and a filter the ones that everybody sees at first.
    pub(crate) fn keep_view(self, range: Option<Range>, filter: Option<Filter>) {
        self.replace(
            move |spec| {
                spec.range = range.or(spec.range.take());
                spec.filter = filter.or(spec.filter.take());
            },
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
            while let Some(id) = self.unsaved.try_update_value(Vec::pop).flatten() {
                let Some(shown) = self.shown(id) else { continue };
                let spec = spec_of_widget(&shown.widget);
                match widgets::replace_widget(id, spec, shown.widget.version).await {
                    Ok(saved) => self.page.update(|page| {
                        if let Some(shown) = page.panels.iter_mut().find(|shown| shown.widget.id == id) {
                            shown.widget.version = saved.version;
                        }
                    }),
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
}
