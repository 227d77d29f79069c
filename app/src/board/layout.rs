//! Where widgets go when one of them moves: nothing overlaps, and no row stays empty above anything.

use model::dashboard::{COLUMNS, Position, Size};

/// A widget's place; `K` names the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed<K> {
    /// Which widget.
    pub(crate) key: K,
    /// Its upper left corner.
    pub(crate) position: Position,
    /// Its extent.
    pub(crate) size: Size,
}

/// One step of the arrow keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// One column to the left.
    Left,
    /// One column to the right.
    Right,
    /// Above what is above.
    Up,
    /// Below what is below.
    Down,
    /// One column narrower.
    Narrower,
    /// One column wider.
    Wider,
    /// One row shorter.
    Shorter,
    /// One row taller.
    Taller,
}

const LEAST_WIDTH: u16 = 2;
const LEAST_HEIGHT: u16 = 2;
const MOST_HEIGHT: u16 = 20;

impl<K: Copy + PartialEq> Placed<K> {
    fn right(&self) -> u16 {
        self.position.x + self.size.w
    }

    fn bottom(&self) -> u16 {
        self.position.y + self.size.h
    }

    fn shares_columns(&self, other: &Self) -> bool {
        self.position.x < other.right() && other.position.x < self.right()
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.shares_columns(other) && self.position.y < other.bottom() && other.position.y < self.bottom()
    }
}

/// The places of all widgets after `key` took one `step`.
#[must_use]
pub(crate) fn stepped<K: Copy + PartialEq>(places: &[Placed<K>], key: K, step: Step) -> Vec<Placed<K>> {
    let Some(before) = places.iter().find(|place| place.key == key).copied() else {
        return places.to_vec();
    };
    let mut after = before;
    match step {
        Step::Left => after.position.x = before.position.x.saturating_sub(1),
        Step::Right => after.position.x = (before.position.x + 1).min(COLUMNS.saturating_sub(before.size.w)),
        Step::Up => after.position.y = above(places, &before),
        Step::Down => after.position.y = below(places, &before),
        Step::Narrower => after.size.w = (before.size.w - 1).max(LEAST_WIDTH.min(before.size.w)),
        Step::Wider => after.size.w = (before.size.w + 1).min(COLUMNS),
        Step::Shorter => after.size.h = (before.size.h - 1).max(LEAST_HEIGHT.min(before.size.h)),
        Step::Taller => after.size.h = (before.size.h + 1).min(MOST_HEIGHT.max(before.size.h)),
    }
    after.position.x = after.position.x.min(COLUMNS - after.size.w);
    settled(places, after)
}

/// The places of all widgets after one was put at `place`, which is brought onto the grid.
#[must_use]
pub(crate) fn put<K: Copy + PartialEq>(places: &[Placed<K>], mut place: Placed<K>) -> Vec<Placed<K>> {
    place.size.w = place.size.w.clamp(1, COLUMNS);
    place.size.h = place.size.h.clamp(1, MOST_HEIGHT);
    place.position.x = place.position.x.min(COLUMNS - place.size.w);
    settled(places, place)
}

fn above<K: Copy + PartialEq>(places: &[Placed<K>], moving: &Placed<K>) -> u16 {
    let blockers = places
        .iter()
        .filter(|place| place.shares_columns(moving) && place.bottom() <= moving.position.y);
    blockers
        .map(|place| (place.bottom(), place.position.y))
        .max()
        .map_or(0, |(_, top)| top)
}

fn below<K: Copy + PartialEq>(places: &[Placed<K>], moving: &Placed<K>) -> u16 {
    let blockers = places
        .iter()
        .filter(|place| place.shares_columns(moving) && place.position.y >= moving.bottom());
    blockers
        .min_by_key(|place| place.position.y)
        .map_or(moving.position.y, Placed::bottom)
}

/// Puts `moved` where it wants to be, pushes what it covers down, and closes the gaps.
fn settled<K: Copy + PartialEq>(places: &[Placed<K>], moved: Placed<K>) -> Vec<Placed<K>> {
    let mut others: Vec<Placed<K>> = places
        .iter()
        .filter(|place| place.key != moved.key)
        .copied()
        .collect();
    others.sort_by_key(|place| (place.position.y, place.position.x));
    let mut fixed = vec![moved];
    for mut place in others {
        push_down(&mut place, &fixed);
        fixed.push(place);
    }
    fixed.sort_by_key(|place| (place.position.y, place.position.x));
    let mut done: Vec<Placed<K>> = Vec::with_capacity(fixed.len());
    for mut place in fixed {
        place.position.y = lowest_bottom_above(&done, &place);
        done.push(place);
    }
    done
}

fn push_down<K: Copy + PartialEq>(place: &mut Placed<K>, fixed: &[Placed<K>]) {
    while let Some(blocker) = fixed.iter().find(|other| other.overlaps(place)) {
        place.position.y = blocker.bottom();
    }
}

fn lowest_bottom_above<K: Copy + PartialEq>(done: &[Placed<K>], place: &Placed<K>) -> u16 {
    done.iter()
        .filter(|other| other.shares_columns(place))
        .map(Placed::bottom)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: char, x: u16, y: u16, w: u16, h: u16) -> Placed<char> {
        Placed {
            key,
            position: Position { x, y },
            size: Size { w, h },
        }
    }

    fn board() -> Vec<Placed<char>> {
        vec![
            place('a', 0, 0, 6, 2),
            place('b', 6, 0, 6, 2),
            place('c', 0, 2, 12, 4),
        ]
    }

    fn of(places: &[Placed<char>], key: char) -> (u16, u16, u16, u16) {
        let found = places
            .iter()
            .find(|place| place.key == key)
            .expect("it is still there");
        (found.position.x, found.position.y, found.size.w, found.size.h)
    }

    #[test]
    fn down_trades_places_with_what_is_below() {
        let after = stepped(&board(), 'a', Step::Down);
        assert_eq!(of(&after, 'a'), (0, 6, 6, 2));
        assert_eq!(of(&after, 'b'), (6, 0, 6, 2));
        assert_eq!(of(&after, 'c'), (0, 2, 12, 4));
        let back = stepped(&after, 'a', Step::Up);
        assert_eq!(of(&back, 'a'), (0, 0, 6, 2));
    }

    #[test]
    fn what_is_dropped_pushes_others_down_and_falls_up() {
        let after = put(&board(), place('c', 0, 0, 12, 4));
        assert_eq!(of(&after, 'c'), (0, 0, 12, 4));
        assert_eq!(of(&after, 'a'), (0, 4, 6, 2));
        let after = put(&board(), place('b', 9, 30, 6, 2));
        assert_eq!(
            of(&after, 'b'),
            (6, 6, 6, 2),
            "it stays on the grid and leaves no gap"
        );
    }

    #[test]
    fn growing_pushes_neighbours_down() {
        let after = stepped(&board(), 'a', Step::Wider);
        assert_eq!(of(&after, 'a'), (0, 0, 7, 2));
        assert_eq!(of(&after, 'b'), (6, 2, 6, 2));
        assert_eq!(of(&after, 'c'), (0, 4, 12, 4));
    }

    #[test]
    fn nothing_overlaps_or_leaves_the_grid_whatever_is_done() {
        let steps = [
            Step::Left,
            Step::Right,
            Step::Up,
            Step::Down,
            Step::Narrower,
            Step::Wider,
            Step::Shorter,
            Step::Taller,
        ];
        let mut places = board();
        places.push(place('d', 3, 9, 5, 3));
        for round in 0..400_usize {
            let key = places[round * 7 % places.len()].key;
            places = stepped(&places, key, steps[round * 5 % steps.len()]);
            for (position, one) in places.iter().enumerate() {
                assert!(
                    one.right() <= COLUMNS && one.size.w > 0 && one.size.h > 0,
                    "{one:?}"
                );
                assert!(
                    places[position + 1..].iter().all(|other| !one.overlaps(other)),
                    "{places:?}"
                );
            }
        }
    }
}
