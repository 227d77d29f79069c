//! A place in the draft, to be read and written by an input.

use leptos::prelude::*;

use super::{Draft, Editor};

/// Where something is kept in the draft; perhaps in a row of a list, which may be gone meanwhile.
pub(super) struct Spot<T: 'static> {
    pub(super) read: fn(&Draft, usize) -> Option<&T>,
    pub(super) write: fn(&mut Draft, usize) -> Option<&mut T>,
    /// Which row.
    pub(super) position: usize,
}

impl<T> Clone for Spot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Spot<T> {}

impl<T> Spot<T> {
    /// What `part` makes of it, followed as it changes.
    pub(super) fn signal<R: Default + Send + Sync + 'static>(
        self,
        editor: Editor,
        part: impl Fn(&T) -> R + Send + Sync + 'static,
    ) -> Signal<R> {
        Signal::derive(move || {
            editor
                .draft
                .with(|draft| (self.read)(draft, self.position).map(&part).unwrap_or_default())
        })
    }

    pub(super) fn change(self, editor: Editor, change: impl FnOnce(&mut T)) {
        editor.draft.update(|draft| {
            if let Some(place) = (self.write)(draft, self.position) {
                change(place);
            }
        });
    }
}

/// `spot!(funnel.window)`, `spot!(funnel.steps[position].label)` or `spot!(events.columns[position])`.
macro_rules! spot {
    ($($field:ident).+) => {
        $crate::editor::spot::Spot {
            read: |draft, _| Some(&draft.$($field).+),
            write: |draft, _| Some(&mut draft.$($field).+),
            position: 0,
        }
    };
    ($($list:ident).+ [$position:expr]) => {
        $crate::editor::spot::Spot {
            read: |draft, position| draft.$($list).+.get(position),
            write: |draft, position| draft.$($list).+.get_mut(position),
            position: $position,
        }
    };
    ($($list:ident).+ [$position:expr] . $($field:ident).+) => {
        $crate::editor::spot::Spot {
            read: |draft, position| draft.$($list).+.get(position).map(|row| &row.$($field).+),
            write: |draft, position| draft.$($list).+.get_mut(position).map(|row| &mut row.$($field).+),
            position: $position,
        }
    };
}
pub(super) use spot;
