//! Amounts in one currency, by the operator's table of rates.

use model::problem::FieldError;
use model::query::{Measure, Property, Series};
use model::rates::Rates;

use super::asked::Asked;
use super::compile::Context;
use super::source::Source;
use super::sql::Sql;
use crate::error::Error;
use crate::store::{Param, Statement};

/// Most currencies that a warning names.
const MOST_NAMED: usize = 5;

/// Refuses revenue where there are no rates, or none for the currency that is wanted.
pub(super) fn check(rates: &Rates, series: &[Series]) -> Result<(), Error> {
    let wrong: Vec<FieldError> = series
        .iter()
        .enumerate()
        .filter(|(_, series)| series.measure == Measure::Revenue)
        .filter_map(|(position, series)| wrong(rates, series, position))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

fn wrong(rates: &Rates, series: &Series, position: usize) -> Option<FieldError> {
    if rates.base().is_none() {
        let message = "Revenue needs a table of rates. The operator sets it: DATAPULSE_CURRENCY_RATES.";
        return Some(FieldError::new(
            format!("series[{position}].measure"),
            "no_rates",
            message,
        ));
    }
    let currency = series.currency.as_deref()?;
    let message = format!("{currency} has no rate. Use one of: {rates}.");
    let is_known = rates.in_units_of(currency).is_some();
    (!is_known).then(|| FieldError::new(format!("series[{position}].currency"), "unknown", message))
}

/// The amount of an event in the currency that the series wants; NULL where it is no number or has no rate.
pub(super) fn amount(source: Source<'_>, rates: &Rates, series: &Series, property: &Property) -> Sql {
    Sql::new("(")
        .add(source.number(property))
        .text(" * ")
        .add(factor(source, rates, series))
        .text(")")
}

/// What one unit of the event's currency is worth; NULL where it has no rate.
fn factor(source: Source<'_>, rates: &Rates, series: &Series) -> Sql {
    let wanted = series.currency.as_deref().or(rates.base()).unwrap_or_default();
    let mut factor = Sql::new("CASE ").add(currency(source, rates));
    for (currency, worth) in rates.in_units_of(wanted).unwrap_or_default() {
        factor = factor
            .text(" WHEN ")
            .bind(Param::Text(currency.to_owned()))
            .text(" THEN ")
            .add(source.dialect.exactly(worth));
    }
    factor.text(" END")
}

fn currency(source: Source<'_>, rates: &Rates) -> Sql {
    let property = Property::Key(vec!["currency".to_owned()]);
    Sql::new("coalesce(upper(")
        .add(source.text(&property))
        .text("), ")
        .bind(Param::Text(rates.base().unwrap_or_default().to_owned()))
        .text(")")
}

/// Says which amounts were left out for want of a rate, one sentence for each currency.
pub(super) async fn warnings(
    asked: &Asked<'_>,
    context: Context<'_>,
    series: &[Series],
) -> Result<Vec<String>, Error> {
    let of_revenue = series.iter().filter(|series| series.measure == Measure::Revenue);
    let statements: Vec<Statement> = of_revenue
        .filter_map(|series| Some(left_out(context, series, series.property.as_ref()?)))
        .collect();
    let mut warnings: Vec<String> = Vec::new();
    for frame in asked.fetch(statements).await? {
        for row in frame.rows.iter().take(MOST_NAMED) {
            let [currency, amounts] = row.as_slice() else {
                continue;
            };
            let (currency, amounts) = (
                currency.text().unwrap_or_default(),
                amounts.int().unwrap_or_default(),
            );
            warnings.push(format!(
                "Amounts in {currency} were left out ({amounts}): it has no rate."
            ));
        }
        if frame.rows.len() > MOST_NAMED {
            warnings.push("Amounts in other currencies were left out, too: they have no rate.".to_owned());
        }
    }
    warnings.dedup();
    Ok(warnings)
}

/// The currencies without a rate and how many amounts are in them.
fn left_out(context: Context<'_>, series: &Series, property: &Property) -> Statement {
    let Context {
        source,
        spec,
        window,
        rates,
    } = context;
    let filters = spec.filter.iter().chain(&series.filter);
    Sql::new("SELECT currency, count(*) AS amounts FROM (SELECT ")
        .add(currency(source, rates))
        .text(" AS currency, ")
        .add(source.number(property))
        .text(" AS number, ")
        .add(factor(source, rates, series))
        .text(" AS factor FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(source.conditions(window, series.event.as_deref(), filters))
        .text(&format!(
            ") AS priced WHERE number IS NOT NULL AND factor IS NULL
             GROUP BY currency ORDER BY amounts DESC, currency LIMIT {}",
            MOST_NAMED + 1
        ))
        .into_statement()
}
