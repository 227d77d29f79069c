//! A page's range, filter and comparison, kept in its address: `?range=7d`, `?from=2015-05-17&to=2015-05-20`,
//! `?filter={…}`, `?compare=previous_period`, `?breakdown=country`, `?var.plan=pro`.

use model::dashboard::View;
use model::query::{Compare, Comparison, Edge, Filter, Range};

use crate::language::{key, t, t_with};
use crate::query_string;

/// What the names of a dashboard's variables begin with.
pub(crate) const VARIABLE: &str = "var.";

/// What a page's address asks for, and what in it could not be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Address {
    /// The range and the filter that could be read.
    pub(crate) view: View,
    /// Why something else could not.
    pub(crate) problem: Option<String>,
}

/// The ranges that are offered, with the words for each.
pub(crate) const PRESETS: [(&str, &str); 12] = [
    ("1d", key("Today")),
    ("24h", key("Last 24 hours")),
    ("7d", key("Last 7 days")),
    ("30d", key("Last 30 days")),
    ("90d", key("Last 90 days")),
    ("12mo", key("Last 12 months")),
    ("yesterday", key("Yesterday")),
    ("this_week", key("This week")),
    ("last_week", key("Last week")),
    ("this_month", key("This month")),
    ("last_month", key("Last month")),
    ("this_year", key("This year")),
];

/// Ranges that are understood and not offered.
const MORE_WORDS: [(&str, &str); 3] = [
    ("this_quarter", key("This quarter")),
    ("last_quarter", key("Last quarter")),
    ("last_year", key("Last year")),
];

/// What all charts over time can be compared with, with the word in the address and the words for people.
pub(crate) const COMPARISONS: [(Compare, &str, &str); 2] = [
    (
        Compare::PreviousPeriod,
        "previous_period",
        key("Compare with the period before"),
    ),
    (
        Compare::PreviousYear,
        "previous_year",
        key("Compare with the year before"),
    ),
];

impl Address {
    /// Reads the query part of an address.
    #[must_use]
    pub(crate) fn read(search: &str) -> Self {
        let mut address = Self::default();
        match read_range(search) {
            Ok(range) => address.view.range = range,
            Err(problem) => address.problem = Some(problem),
        }
        match query_string::value(search, "filter") {
            None => {}
            Some(text) => match serde_json::from_str(&text) {
                Ok(filter) => address.view.filter = Some(filter),
                Err(_) => {
                    address.problem =
                        Some(t("The filter in this address cannot be read, so it is left out.").to_owned());
                }
            },
        }
        if let Some(property) = query_string::value(search, "breakdown") {
            match property.parse() {
                Ok(property) => address.view.breakdown = Some(property),
                Err(_) => {
                    address.problem =
                        Some(t("The property in this address is none, so it is left out.").to_owned());
                }
            }
        }
        address.view.variables = query_string::pairs(search)
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(VARIABLE)?.to_owned(), value)))
            .collect();
        match query_string::value(search, "compare") {
            None => {}
            Some(word) => match COMPARISONS.into_iter().find(|(_, known, _)| *known == word) {
                Some((compare, ..)) => address.view.compare = Some(compare),
                None => {
                    address.problem =
                        Some(t("The comparison in this address is unknown, so it is left out.").to_owned());
                }
            },
        }
        address
    }
}

/// The view that the query part of a dashboard's address asks for.
///
/// # Errors
/// A sentence that says what cannot be read.
#[cfg(feature = "ssr")]
pub fn view_of(search: &str) -> Result<View, String> {
    let Address { view, problem } = Address::read(search);
    problem.map_or(Ok(view), Err)
}

fn read_range(search: &str) -> Result<Option<Range>, String> {
    let given = |name: &str| query_string::value(search, name);
    if let Some(last) = given("range") {
        let range = Range::parse_word(&last);
        return range
            .map(Some)
            .map_err(|_| t_with("“{0}” is not a range. Choose one here.", &[&last]));
    }
    let (from, to) = (given("from"), given("to"));
    let (Some(from), Some(to)) = (&from, &to) else {
        let half = from.is_some() || to.is_some();
        return if half {
            Err(t("Give both a first and a last day.").to_owned())
        } else {
            Ok(None)
        };
    };
    between(from, to).map(Some)
}

/// The range from one day (or time) to another.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn between(from: &str, to: &str) -> Result<Range, String> {
    let (Ok(from), Ok(to)) = (from.parse::<Edge>(), to.parse::<Edge>()) else {
        return Err(t("Write days like 2015-05-17.").to_owned());
    };
    let range = Range::Between { from, to };
    if range.ends_before_it_starts() {
        return Err(t("The range ends before it starts. Swap the two days.").to_owned());
    }
    Ok(range)
}

/// The query part of the address that shows `view`; empty where there is nothing to say.
#[must_use]
pub(crate) fn written(view: &View) -> String {
    let mut pairs = Vec::new();
    match &view.range {
        None => {}
        Some(Range::Between { from, to }) => {
            pairs.push(("from", from.to_string()));
            pairs.push(("to", to.to_string()));
        }
        Some(range) => pairs.extend(range.word().map(|word| ("range", word))),
    }
    if let Some(filter) = &view.filter
        && let Ok(json) = serde_json::to_string(filter)
    {
        pairs.push(("filter", json));
    }
    if let Some(compare) = view.compare {
        let known = COMPARISONS.into_iter().find(|(known, ..)| *known == compare);
        pairs.extend(known.map(|(_, word, _)| ("compare", word.to_owned())));
    }
    pairs.extend(
        view.breakdown
            .as_ref()
            .map(|property| ("breakdown", property.to_string())),
    );
    let names: Vec<String> = view
        .variables
        .keys()
        .map(|property| format!("{VARIABLE}{property}"))
        .collect();
    let values = view.variables.values().cloned();
    pairs.extend(names.iter().map(String::as_str).zip(values));
    query_string::written(&pairs)
}

/// The words for a range: `Last 7 days`, `17 May 2015 – 20 May 2015`.
#[must_use]
pub fn range_words(range: &Range) -> String {
    match range {
        Range::Last { .. } | Range::Period(_) => word_words(&range.word().unwrap_or_default()),
        Range::Between { from, to } => {
            let (from, to) = (edge_words(from), edge_words(to));
            if from == to {
                from
            } else {
                format!("{from} – {to}")
            }
        }
    }
}

/// The words for the word of an address: `Last 7 days` for `7d`, `Last 3w` for `3w`.
pub(crate) fn word_words(word: &str) -> String {
    let mut known = PRESETS.into_iter().chain(MORE_WORDS);
    let found = known.find(|(value, _)| *value == word);
    found.map_or_else(|| t_with("Last {0}", &[word]), |(_, words)| t(words).to_owned())
}

fn edge_words(edge: &Edge) -> String {
    match edge {
        Edge::Date(date) => crate::words::day(*date),
        Edge::Time(time) => crate::words::moment(*time),
    }
}

/// The chips of a filter: the comparisons that must all hold. `None` where it is more than that.
#[must_use]
pub(crate) fn chips(filter: Option<&Filter>) -> Option<Vec<Comparison>> {
    match filter {
        None => Some(Vec::new()),
        Some(Filter::Compare(comparison)) => Some(vec![comparison.clone()]),
        Some(Filter::And(parts)) => parts
            .iter()
            .map(|part| match part {
                Filter::Compare(comparison) => Some(comparison.clone()),
                _ => None,
            })
            .collect(),
        Some(_) => None,
    }
}

/// The filter that `chips` stand for.
#[must_use]
pub(crate) fn of_chips(chips: Vec<Comparison>) -> Option<Filter> {
    let mut parts: Vec<Filter> = chips.into_iter().map(Filter::Compare).collect();
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Filter::And(parts)),
    }
}

#[cfg(test)]
mod tests {
    use model::query::Period;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Address {
        let pairs: Vec<(&str, String)> = pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Address::read(&query_string::written(&pairs))
    }

    #[test]
    fn a_view_survives_its_address() {
        let filter = r#"{"and":[{"property":"$path","op":"starts_with","value":"/a b&c"},{"property":"status","op":"eq","value":200.0}]}"#;
        for pairs in [
            vec![("range", "7d")],
            vec![("range", "last_month")],
            vec![("from", "2015-05-17"), ("to", "2015-05-20")],
            vec![("filter", filter)],
            vec![("compare", "previous_year")],
            vec![("breakdown", "country")],
            vec![("var.country", "DE"), ("var.plan", "")],
        ] {
            let address = read(&pairs);
            assert_eq!(address.problem, None);
            assert_ne!(address.view, View::default());
            let text = written(&address.view);
            assert_eq!(Address::read(&text), address, "{text}");
        }
        assert_eq!(written(&View::default()), "");
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for (pairs, part) in [
            (vec![("range", "soon")], "not a range"),
            (vec![("from", "2015-05-20"), ("to", "2015-05-17")], "Swap"),
            (vec![("from", "2015-05-20")], "both"),
            (vec![("from", "x"), ("to", "y")], "2015-05-17"),
            (vec![("filter", "{")], "cannot be read"),
            (vec![("compare", "yesterday")], "unknown"),
        ] {
            let address = read(&pairs);
            assert!(
                address.problem.is_some_and(|problem| problem.contains(part)),
                "{pairs:?}"
            );
            assert_eq!(address.view, View::default(), "{pairs:?}");
        }
        assert_eq!(
            read(&[("range", ""), ("from", ""), ("to", "")]),
            Address::default()
        );
    }

    #[test]
    fn ranges_in_words() {
        assert_eq!(
            range_words(&Range::parse_last("7d").expect("a range")),
            "Last 7 days"
        );
        assert_eq!(range_words(&Range::parse_last("3w").expect("a range")), "Last 3w");
        for period in Period::ALL {
            let words = range_words(&Range::Period(period));
            assert!(!words.contains('_'), "{words}");
        }
        assert_eq!(
            range_words(&between("2015-05-17", "2015-05-20").expect("a range")),
            "17 May 2015 – 20 May 2015"
        );
    }
}
