//! Which inputs the problems that the server tells belong to.

use model::problem::FieldError;
use model::query::Op;

use super::Draft;
use super::selector::Conditions;

impl Draft {
    /// The same problems, told of inputs: the server knows filters, the form has conditions in rows.
    pub(crate) fn placed(&self, errors: &[FieldError]) -> Vec<FieldError> {
        let mut placed = Vec::new();
        for error in errors {
            let rows = self.patterns_in(&error.field);
            if rows.is_empty() {
                placed.push(error.clone());
            }
            for field in rows {
                placed.push(FieldError::new(field, error.code.clone(), error.message.clone()));
            }
        }
        placed
    }

    /// The inputs that hold the regular expressions of the filter whose values `field` names.
    fn patterns_in(&self, field: &str) -> Vec<String> {
        let Some(prefix) = field.strip_suffix("filter.value") else {
            return Vec::new();
        };
        let Some(conditions) = self.conditions_at(prefix) else {
            return Vec::new();
        };
        let rows = conditions.rows.iter().enumerate();
        rows.filter(|(_, row)| row.op == Op::Matches)
            .map(|(position, _)| format!("{prefix}filters[{position}].value"))
            .collect()
    }

    fn conditions_at(&self, prefix: &str) -> Option<&Conditions> {
        let in_a_list = prefix.strip_suffix("].").and_then(|rest| rest.split_once('['));
        if let Some((list, position)) = in_a_list {
            let position: usize = position.parse().ok()?;
            return match list {
                "series" => Some(&self.trend.series.get(position)?.on.conditions),
                "steps" => Some(&self.funnel.steps.get(position)?.on.conditions),
                "exclude" => Some(&self.funnel.exclude.get(position)?.on.conditions),
                _ => None,
            };
        }
        match prefix {
            "" => Some(&self.conditions),
            "start." => Some(&self.retention.start.conditions),
            "return." => Some(&self.retention.comeback.conditions),
            "from." | "to." => Some(&self.paths.end.conditions),
            _ => None,
        }
    }
}
