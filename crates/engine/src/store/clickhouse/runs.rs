//! How far each run of an organization's events has come, and what of it can be seen.

use model::ids::OrgId;

use super::client::{Asking, Client};
use super::fault::Fault;
use crate::store::Cell;
use crate::store::touched::Told;

/// An uninterrupted stretch of appending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) number: u32,
    /// The position that was visible when it began.
    pub(super) start: u64,
    /// The position that it has reached.
    pub(super) position: u64,
    /// How often a process ended that had appended to it, with nothing under way.
    pub(super) ends: u32,
    /// How often one went on with it afterwards.
    pub(super) resumes: u32,
}

impl Run {
    /// Whether whoever appended last has ended well, so that nothing of it can still arrive.
    pub(super) const fn has_ended(&self) -> bool {
        self.ends > self.resumes
    }
}

/// Which rows of an organization can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visible {
    org: OrgId,
    /// The latest run, where there is one.
    latest: Option<Run>,
    /// Of each run with visible rows, in their order, the last position that counts. Runs that came to nothing are left
    /// out: a server that refuses every append for hours makes many of them.
    limits: Vec<(u32, u64)>,
}

impl Visible {
    pub(super) async fn read(client: &Client, org: OrgId) -> Result<Self, Fault> {
        let asking = Asking::of(
            org,
            "SELECT run, min(start), max(position), max(ends), max(resumes) FROM runs
             WHERE org_id = {org:UUID} GROUP BY run ORDER BY run",
        )
        .of_few_rows();
        let rows = client.rows(&asking).await?.rows;
        let runs: Vec<Run> = rows.iter().filter_map(|row| run(row)).collect();
        Ok(Self::of(org, &runs))
    }

    /// A run counts up to the position that it has reached, and never beyond the start of a later one.
    fn of(org: OrgId, runs: &[Run]) -> Self {
        let mut limits = Vec::with_capacity(runs.len());
        let mut next_start = u64::MAX;
        for run in runs.iter().rev() {
            let limit = run.position.min(next_start);
            if limit > run.start {
                limits.push((run.number, limit));
            }
            next_start = next_start.min(run.start);
        }
        limits.reverse();
        Self {
            org,
            latest: runs.last().copied(),
            limits,
        }
    }

    /// The position up to which events can be seen.
    pub(super) fn position(&self) -> u64 {
        self.limits.iter().map(|(_, limit)| *limit).max().unwrap_or(0)
    }

    /// The last position of a run that counts; 0 where nothing of it does.
    fn limit_of(&self, number: &Cell) -> u64 {
        let mut limits = self.limits.iter();
        let limit = limits.find(|(run, _)| Some(i64::from(*run)) == number.int());
        limit.map_or(0, |(_, limit)| *limit)
    }

    /// The last run that has visible rows, and the last position of it that counts.
    pub(super) fn last_limit(&self) -> Option<(u32, u64)> {
        self.limits.last().copied()
    }

    /// The latest run, where there is one.
    pub(super) const fn latest(&self) -> Option<Run> {
        self.latest
    }

    /// The condition on rows of `events` and `links`, all of it written by this module.
    pub(super) fn condition(&self) -> String {
        let org = self.org.uuid();
        let limit = match self.limits.as_slice() {
            [] => "FALSE".to_owned(),
            [(number, limit)] => format!("run = {number} AND position <= {limit}"),
            several => {
                let numbers: Vec<String> = several.iter().map(|(number, _)| number.to_string()).collect();
                let limits: Vec<String> = several.iter().map(|(_, limit)| limit.to_string()).collect();
                let (numbers, limits) = (numbers.join(","), limits.join(","));
                format!("position <= transform(run, [{numbers}], [{limits}], 0)")
            }
        };
        format!("org_id = toUUID('{org}') AND {limit}")
    }
}

/// The organization's position with the hours that were touched after `position`, and what can be seen, in one look. Hours
/// of runs that came to nothing are among them: nobody is harmed who asks again.
pub(super) async fn touched_after(
    client: &Client,
    org: OrgId,
    position: u64,
) -> Result<(Told, Visible), Fault> {
    let asking = Asking::of(
        org,
        "SELECT run, min(start), max(position), 0, 0, max(erasures), countIf(notEmpty(touched)) = 0,
            mapKeys(mapFilter((hour, last) -> last > {after:UInt64}, maxMapIf(touched, position > {after:UInt64})) AS later),
            mapValues(later)
         FROM runs WHERE org_id = {org:UUID} GROUP BY run ORDER BY run",
    )
    .with("after", &position.to_string())
    .of_few_rows();
    let rows = client.rows(&asking).await?.rows;
    let runs: Vec<Run> = rows.iter().filter_map(|row| run(row)).collect();
    let visible = Visible::of(org, &runs);
    let mut told = Told {
        position: visible.position(),
        ..Told::default()
    };
    for row in &rows {
        let [
            number,
            ..,
            erasures,
            is_silent,
            Cell::Ints(hours),
            Cell::Ints(positions),
        ] = row.as_slice()
        else {
            continue;
        };
        let erasures = erasures.int().and_then(|count| u64::try_from(count).ok());
        told.erasures = told.erasures.max(erasures.unwrap_or(0));
        // Written by an earlier version of the program, which did not say where.
        if is_silent.int() == Some(1) {
            told.known_from = told.known_from.max(visible.limit_of(number));
        }
        let positions = positions
            .iter()
            .map(|position| u64::try_from(*position).unwrap_or(0));
        told.hours.extend(hours.iter().copied().zip(positions));
    }
    Ok((told, visible))
}

fn run(row: &[Cell]) -> Option<Run> {
    let [number, start, position, ends, resumes, ..] = row else {
        return None;
    };
    let whole = |cell: &Cell| cell.int().and_then(|value| u64::try_from(value).ok());
    let short = |cell: &Cell| cell.int().and_then(|value| u32::try_from(value).ok());
    Some(Run {
        number: short(number)?,
        start: whole(start)?,
        position: whole(position)?,
        ends: short(ends)?,
        resumes: short(resumes)?,
    })
}

#[cfg(test)]
mod tests {
    use model::ids::OrgId;
    use uuid::Uuid;

    use super::*;

    fn visible(runs: &[(u32, u64, u64)]) -> Visible {
        let runs: Vec<Run> = runs
            .iter()
            .map(|(number, start, position)| Run {
                number: *number,
                start: *start,
                position: *position,
                ends: 0,
                resumes: 0,
            })
            .collect();
        Visible::of(OrgId::new(Uuid::from_u128(1)), &runs)
    }

    #[test]
    fn a_run_counts_up_to_what_it_has_reached() {
        assert_eq!((visible(&[]).position(), visible(&[]).latest()), (0, None));
        let one = visible(&[(1, 0, 7)]);
        assert_eq!((one.position(), one.latest().map(|run| run.number)), (7, Some(1)));
    }

    #[test]
    fn what_a_run_says_after_a_later_one_began_does_not_count() {
        let late = visible(&[(1, 0, 9), (2, 7, 7), (3, 7, 12)]);
        assert_eq!(late.limits, [(1, 7), (3, 12)], "the second came to nothing");
        let begun = visible(&[(1, 0, 9), (2, 7, 7)]);
        assert_eq!(
            (begun.position(), begun.latest().map(|run| run.number)),
            (7, Some(2))
        );
    }

    #[test]
    fn the_condition_names_the_organization_and_every_run() {
        let org = "org_id = toUUID('00000000-0000-0000-0000-000000000001')";
        assert_eq!(visible(&[]).condition(), format!("{org} AND FALSE"));
        assert_eq!(
            visible(&[(4, 0, 7)]).condition(),
            format!("{org} AND run = 4 AND position <= 7")
        );
        assert_eq!(
            visible(&[(1, 0, 9), (2, 7, 8), (3, 8, 8)]).condition(),
            format!("{org} AND position <= transform(run, [1,2], [7,8], 0)")
        );
    }
}
