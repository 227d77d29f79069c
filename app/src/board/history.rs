//! Taking back what was done to a dashboard and its cards, and doing it again. Fetched with the first undo: only a release is split, as
//! with the pages in `pages/later.rs`.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::dashboard::WidgetSpec;
use model::ids::WidgetId;

use super::Board;
use super::changes::Setting;
use super::layout::Placed;

/// Steps that can be taken back.
const LONGEST: usize = 100;

/// Something that was done, told by what it takes to take it back.
#[derive(Clone, Debug)]
pub(crate) enum Done {
    /// Cards moved: where all of them were.
    Moved(Vec<Placed<WidgetId>>),
    /// A card was deleted.
    Deleted(WidgetId, Box<WidgetSpec>),
    /// A card was added.
    Added(WidgetId),
    /// The dashboard was renamed, described or given a view: what it said before.
    Set(Vec<Setting>),
}

/// What was done and what was taken back, the latest last.
#[derive(Clone, Copy)]
pub(crate) struct History {
    pub(super) done: RwSignal<Vec<Done>>,
    pub(super) undone: RwSignal<Vec<Done>>,
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            done: RwSignal::new(Vec::new()),
            undone: RwSignal::new(Vec::new()),
        }
    }

    /// Remembers something new: what was taken back before is gone.
    pub(super) fn remember(self, done: Done) {
        self.undone.set(Vec::new());
        push(self.done, done);
    }
}

fn push(list: RwSignal<Vec<Done>>, done: Done) {
    list.update(|list| {
        list.push(done);
        let extra = list.len().saturating_sub(LONGEST);
        list.drain(..extra);
    });
}

/// Takes back the latest step, or does it again.
#[cfg(debug_assertions)]
pub(super) fn go_back(board: Board, again: bool) -> std::future::Ready<()> {
    take_back(board, again);
    std::future::ready(())
}

/// Takes back the latest step, or does it again.
#[cfg(not(debug_assertions))]
#[leptos::lazy]
pub(super) fn go_back(board: Board, again: bool) {
    take_back(board, again);
}

fn take_back(board: Board, again: bool) {
    let History { done, undone } = board.history;
    let (from, to) = if again { (undone, done) } else { (done, undone) };
    let Some(step) = from.try_update(Vec::pop).flatten() else {
        return;
    };
    match step {
        Done::Moved(places) => {
            let now = board.places();
            push(to, Done::Moved(now.clone()));
            board.put(&now, places);
        }
        Done::Added(id) => {
            let Some(spec) = board.spec_of(id) else { return };
            spawn_local(async move {
                match crate::api::widgets::delete_widget(id).await {
                    Ok(()) => {
                        board.forget(id);
                        push(to, Done::Deleted(id, Box::new(spec)));
                    }
                    Err(error) => board.toasts.problem(&error),
                }
            });
        }
        Done::Set(settings) => spawn_local(async move {
            if let Some(now) = board.put_settings(settings).await {
                push(to, Done::Set(now));
            }
        }),
        Done::Deleted(before, spec) => spawn_local(async move {
            match crate::api::widgets::create_widget(board.id, *spec).await {
                Ok(widget) => {
                    rename(done, before, widget.id);
                    rename(undone, before, widget.id);
                    push(to, Done::Added(widget.id));
                    board.reload();
                }
                Err(error) => board.toasts.problem(&error),
            }
        }),
    }
}

/// A card that came back has a new id; earlier steps mean it all the same.
fn rename(list: RwSignal<Vec<Done>>, before: WidgetId, now: WidgetId) {
    list.update(|list| {
        for step in list {
            match step {
                Done::Moved(places) => {
                    for place in places.iter_mut().filter(|place| place.key == before) {
                        place.key = now;
                    }
                }
                Done::Added(id) | Done::Deleted(id, _) if *id == before => *id = now,
                Done::Added(_) | Done::Deleted(..) | Done::Set(_) => {}
            }
        }
    });
}
