use serde::{Deserialize, Serialize};

use super::{Meta, OTHER};
use crate::language::t;

/// The ways people go: what they do at each step, and what they do next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathsAnswer {
    /// What was done at each step, step by step, the most frequent first.
    pub nodes: Vec<PathNode>,
    /// From node to node, step by step, the most frequent first.
    pub links: Vec<PathLink>,
    /// How it came about.
    pub meta: Meta,
}

/// What was done at one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathNode {
    /// The step and the name: `0:page_view`.
    pub id: String,
    /// Which step it is, from 0.
    pub step: usize,
    /// The event's name or the property's value; [`OTHER`] for those beyond the limit.
    pub name: String,
    /// How many journeys come by.
    pub value: u64,
}

impl PathNode {
    /// Names a node by its step and name.
    #[must_use]
    pub fn new(step: usize, name: &str, value: u64) -> Self {
        Self {
            id: format!("{step}:{name}"),
            step,
            name: name.to_owned(),
            value,
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn words(&self) -> &str {
        match self.name.as_str() {
            OTHER => t("Other"),
            "" => t("(empty)"),
            name => name,
        }
    }
}

/// How many journeys go from one node to one of the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathLink {
    /// The id of the node that they leave.
    pub source: String,
    /// The id of the node that they reach.
    pub target: String,
    /// How many.
    pub value: u64,
}

impl PathsAnswer {
    pub(super) fn size(&self) -> usize {
        let nodes: usize = self.nodes.iter().map(|node| 100 + 2 * node.name.len()).sum();
        let links = self.links.iter();
        nodes
            + links
                .map(|link| 80 + link.source.len() + link.target.len())
                .sum::<usize>()
    }

    /// The node with this id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&PathNode> {
        self.nodes.iter().find(|node| node.id == id)
    }
}
