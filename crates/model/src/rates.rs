//! What one unit of each currency is worth, as the operator says.

use std::str::FromStr;

/// Worth of one unit of each currency in a common base; the first is the currency of amounts that name none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates(Vec<(String, f64)>);

impl Rates {
    /// The currency of amounts that name none; nothing where no rates were set.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.0.first().map(|(currency, _)| currency.as_str())
    }

    /// Every currency with what one unit of it is worth in `wanted`; nothing where that has no rate.
    #[must_use]
    pub fn in_units_of(&self, wanted: &str) -> Option<Vec<(&str, f64)>> {
        let (_, one) = self.0.iter().find(|(currency, _)| currency == wanted)?;
        let all = self.0.iter();
        Some(
            all.map(|(currency, worth)| (currency.as_str(), worth / one))
                .collect(),
        )
    }
}

/// Whether this is written like a currency of ISO 4217: three capital letters.
#[must_use]
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase())
}

impl FromStr for Rates {
    type Err = String;

    /// Reads `EUR=1,USD=0.92`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rates: Vec<(String, f64)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (currency, worth) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` is no rate; write for example EUR=1,USD=0.92"))?;
            let currency = currency.trim().to_ascii_uppercase();
            if !is_currency(&currency) {
                return Err(format!(
                    "`{currency}` is no currency; use the three letters of ISO 4217"
                ));
            }
            if rates.iter().any(|(other, _)| *other == currency) {
                return Err(format!("{currency} has two rates; keep one"));
            }
            let worth = worth.trim().parse::<f64>().ok();
            let worth = worth.filter(|worth| worth.is_normal() && *worth > 0.0);
            rates.push((
                currency.clone(),
                worth.ok_or_else(|| format!("{currency} needs a number greater than 0"))?,
            ));
        }
        Ok(Self(rates))
    }
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rates: Vec<String> = self
            .0
            .iter()
            .map(|(currency, worth)| format!("{currency}={worth}"))
            .collect();
        f.write_str(&rates.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_one_unit_is_worth() {
        let rates: Rates = "eur=1, USD=0.5,JPY=0.00625".parse().expect("it is a table");
        assert_eq!(rates.base(), Some("EUR"));
        assert_eq!(
            rates.in_units_of("USD"),
            Some(vec![("EUR", 2.0), ("USD", 1.0), ("JPY", 0.0125)])
        );
        assert_eq!(rates.in_units_of("CHF"), None);
        assert_eq!(rates.to_string(), "EUR=1,USD=0.5,JPY=0.00625");
        assert_eq!("".parse(), Ok(Rates::default()));
        for wrong in [
            "EUR",
            "EUR=",
            "EUR=0",
            "EUR=-1",
            "EUR=inf",
            "EURO=1",
            "E1R=1",
            "EUR=1,eur=2",
        ] {
            assert!(wrong.parse::<Rates>().is_err(), "{wrong}");
        }
    }
}
