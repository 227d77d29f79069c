//! The ways people go. The store puts the journeys together and counts them; only nodes and links come here.

mod compile;
mod shape;

use model::answer::{Meta, PathsAnswer};
use model::person::node;
use model::query::{PathsQuery, PathsSide};

use super::asked::Asked;
use super::people::Part;
use crate::error::Error;
use crate::store::Statement;

/// The users whose journeys go from one node to the next, of ids as the answer has them; of each, how often they went, and
/// when. `None` where no link goes that way.
pub(super) fn people(
    asked: &Asked<'_>,
    paths: &PathsQuery,
    (source, target): (&str, &str),
    part: &Part,
) -> Option<Statement> {
    let ((step, from), (_, to)) = (node(source)?, node(target)?);
    // Counted from the side that is told, where the name of a step comes first.
    let (number, here, next) = match paths.side() {
        PathsSide::Whole | PathsSide::From(_) => (step + 1, from, to),
        PathsSide::To(_) => (paths.spec().steps.checked_sub(step + 1)?, to, from),
    };
    compile::people(asked, paths, (number, here, Some(next)), part)
}

/// The users whose journeys come by a node, of an id as the answer has it. `None` where there is no such step.
pub(super) fn people_by(asked: &Asked<'_>, paths: &PathsQuery, id: &str, part: &Part) -> Option<Statement> {
    let (step, name) = node(id)?;
    let number = match paths.side() {
        PathsSide::Whole | PathsSide::From(_) => step + 1,
        PathsSide::To(_) => paths.spec().steps.checked_sub(step)?,
    };
    compile::people(asked, paths, (number, name, None), part)
}

/// The answer to a question for paths.
pub(super) async fn answer(asked: &Asked<'_>, paths: &PathsQuery) -> Result<PathsAnswer, Error> {
    let statements = vec![compile::links(asked, paths), compile::events(asked, paths)];
    let frames = asked.fetch(statements).await?;
    let [links, events] = frames.as_slice() else {
        return Err(Error::internal("the store answers every statement"));
    };
    let read = events.rows.first().and_then(|row| row.first()?.int());
    let (nodes, links) = shape::graph(links, paths);
    Ok(PathsAnswer {
        nodes,
        links,
        meta: Meta::fresh(read.and_then(|read| u64::try_from(read).ok()).unwrap_or(0)),
    })
}
