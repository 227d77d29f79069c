//! One condition of a filter while it is typed.

use leptos::prelude::*;
use model::problem::FieldError;
use model::query::{Comparison, Op, Property, Scalar};

use crate::language::{key, t};
use crate::parts::field::{ChoiceField, Problems, TextField};
use crate::parts::live;
use crate::words;

/// The operators, in the order in which they are offered.
const OPS: [Op; 15] = [
    Op::Eq,
    Op::Neq,
    Op::In,
    Op::NotIn,
    Op::Contains,
    Op::NotContains,
    Op::StartsWith,
    Op::Matches,
    Op::Gt,
    Op::Gte,
    Op::Lt,
    Op::Lte,
    Op::Between,
    Op::Exists,
    Op::NotExists,
];

/// What can be chosen between a property and a value: the word in addresses, and the words for people.
pub(crate) fn op_choices() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPS.into_iter().map(|op| (op.as_str(), t(words::op(op))))
}

/// One condition as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilterDraft {
    pub(crate) property: String,
    pub(crate) op: Op,
    pub(crate) value: String,
}

impl Default for FilterDraft {
    fn default() -> Self {
        Self {
            property: String::new(),
            op: Op::Eq,
            value: String::new(),
        }
    }
}

impl FilterDraft {
    pub(crate) fn of(comparison: &Comparison) -> Self {
        let values: Vec<String> = comparison.values().iter().map(written).collect();
        Self {
            property: comparison.property.to_string(),
            op: comparison.op,
            value: values.join(", "),
        }
    }

    /// What a plain form sent; the operator by its word.
    pub(crate) fn sent(property: String, op: Option<&str>, value: String) -> Self {
        let op = op.and_then(|word| OPS.into_iter().find(|op| op.as_str() == word));
        Self {
            property,
            op: op.unwrap_or(Op::Eq),
            value,
        }
    }

    /// The condition.
    pub(crate) fn comparison(&self) -> Result<Comparison, FieldError> {
        if self.property.trim().is_empty() {
            return Err(FieldError::new(
                "property",
                "required",
                t("Name a property, for example $path."),
            ));
        }
        let property: Property = self
            .property
            .trim()
            .parse()
            .map_err(|message: String| FieldError::new("property", "invalid", message))?;
        if takes_value(self.op) && self.value.trim().is_empty() {
            return Err(FieldError::new("value", "required", t("Say which value.")));
        }
        Comparison::new(property, self.op, self.values())
    }

    fn values(&self) -> Vec<Scalar> {
        let text = self.value.trim();
        match self.op {
            Op::Exists | Op::NotExists => Vec::new(),
            Op::In | Op::NotIn | Op::Between => parts(text)
                .into_iter()
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(scalar)
                .collect(),
            Op::Contains | Op::NotContains | Op::StartsWith | Op::Matches => {
                vec![Scalar::Text(unquoted(text).to_owned())]
            }
            _ => vec![scalar(text)],
        }
    }
}

const fn takes_value(op: Op) -> bool {
    !matches!(op, Op::Exists | Op::NotExists)
}

/// `200` is a number, `true` a truth, anything else text; quotes make text of everything.
fn scalar(text: &str) -> Scalar {
    let bare = unquoted(text);
    if bare.len() != text.len() {
        return Scalar::Text(bare.to_owned());
    }
    match text {
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Scalar::Number(number),
            _ => Scalar::Text(text.to_owned()),
        },
    }
}

/// What stands between the commas that are not inside quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|letter| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    })
    .collect()
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

/// The value as it would be typed: in quotes where it would be read as something else.
pub(super) fn written(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) if scalar(text.trim()) != Scalar::Text(text.clone()) || text.contains(',') => {
            format!("\"{text}\"")
        }
        other => other.to_string(),
    }
}

/// Where one condition is kept while it is typed.
#[derive(Clone, Copy)]
pub(crate) struct FilterLens {
    pub(crate) read: Signal<FilterDraft>,
    pub(crate) write: Callback<FilterDraft>,
}

impl FilterLens {
    pub(crate) fn of(signal: RwSignal<FilterDraft>) -> Self {
        Self {
            read: signal.into(),
            write: Callback::new(move |draft| signal.set(draft)),
        }
    }

    fn change(self, change: impl FnOnce(&mut FilterDraft)) {
        let mut draft = self.read.get_untracked();
        change(&mut draft);
        self.write.run(draft);
    }
}

/// The `id`s of the lists of suggestions that a condition's inputs use.
pub(crate) struct Lists {
    pub(crate) properties: String,
    pub(crate) values: String,
}

/// The inputs of one condition. Problems are those whose field is `prefix` and the input's own name.
pub(crate) fn filter_row(
    id: &str,
    lens: FilterLens,
    problems: Problems,
    prefix: &str,
    lists: Lists,
) -> AnyView {
    let ops = op_choices()
        .map(|(word, words)| (word.to_owned(), words.to_owned()))
        .collect();
    let named = |name: &str| {
        let whole = format!("{prefix}{name}");
        problems.of(move |field| field == whole)
    };
    let choose = Callback::new(move |word: String| {
        if let Some(op) = OPS.into_iter().find(|op| op.as_str() == word) {
            lens.change(|draft| draft.op = op);
        }
    });
    let value_id = format!("{id}-value");
    let value_problem = named("value");
    let values = lists.values;
    let needs_value = Memo::new(move |_| lens.read.with(|draft| takes_value(draft.op)));
    view! {
        <div class="filter-row">
            <TextField
                id=format!("{id}-property")
                label=t("Property")
                placeholder="$path"
                list=lists.properties
                value=Signal::derive(move || lens.read.with(|draft| draft.property.clone()))
                on_input=Callback::new(move |text| lens.change(|draft| draft.property = text))
                problem=named("property")
            />
            <ChoiceField
                id=format!("{id}-op")
                label=t("Condition")
                choices=ops
                value=Signal::derive(move || lens.read.with(|draft| draft.op.as_str().to_owned()))
                on_choice=choose
            />
            {live::shown(move || needs_value.get(), move || value_field(value_id.clone(), lens, value_problem, values.clone()))}
        </div>
    }
    .into_any()
}

fn value_field(id: String, lens: FilterLens, problem: Signal<Option<String>>, list: String) -> AnyView {
    view! {
        <TextField
            id=id
            label=Signal::derive(move || t(lens.read.with(|draft| value_label(draft.op))).to_owned())
            list=list
            value=Signal::derive(move || lens.read.with(|draft| draft.value.clone()))
            on_input=Callback::new(move |text| lens.change(|draft| draft.value = text))
            problem=problem
        />
    }
    .into_any()
}

const fn value_label(op: Op) -> &'static str {
    match op {
        Op::In | Op::NotIn => key("Values, with commas between"),
        Op::Between => key("From, to"),
        _ => key("Value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(property: &str, op: Op, value: &str) -> FilterDraft {
        FilterDraft {
            property: property.to_owned(),
            op,
            value: value.to_owned(),
        }
    }

    #[test]
    fn what_is_typed_becomes_what_is_meant() {
        for (op, typed, meant) in [
            (Op::Eq, "200", r#"{"property":"p","op":"eq","value":200.0}"#),
            (Op::Eq, "\"200\"", r#"{"property":"p","op":"eq","value":"200"}"#),
            (Op::Neq, "true", r#"{"property":"p","op":"neq","value":true}"#),
            (
                Op::Contains,
                "42",
                r#"{"property":"p","op":"contains","value":"42"}"#,
            ),
            (Op::In, "a, 2,", r#"{"property":"p","op":"in","value":["a",2.0]}"#),
            (
                Op::In,
                r#""a, b", c"#,
                r#"{"property":"p","op":"in","value":["a, b","c"]}"#,
            ),
            (
                Op::Between,
                "1, 2",
                r#"{"property":"p","op":"between","value":[1.0,2.0]}"#,
            ),
            (Op::Exists, "", r#"{"property":"p","op":"exists"}"#),
        ] {
            let comparison = draft("p", op, typed).comparison().expect(typed);
            assert_eq!(serde_json::to_string(&comparison).expect("it serializes"), meant);
            assert_eq!(
                FilterDraft::of(&comparison)
                    .comparison()
                    .expect("it is still valid"),
                comparison
            );
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(
            draft(" ", Op::Eq, "1")
                .comparison()
                .expect_err("no property")
                .field,
            "property"
        );
        assert_eq!(
            draft("p", Op::Eq, " ").comparison().expect_err("no value").field,
            "value"
        );
        assert_eq!(
            draft("p", Op::Between, "1")
                .comparison()
                .expect_err("one value")
                .field,
            "value"
        );
    }
}
