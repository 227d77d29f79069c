//! How the answer looks, as it was typed.

use model::dashboard::{Unit, WidgetOptions};

use super::topic::Topic;

/// The currency that is offered first.
const USUAL_CURRENCY: &str = "EUR";

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LookDraft {
    pub(crate) unit: Unit,
    pub(crate) currency: String,
    pub(crate) text: String,
    /// What it was at first: options that do not matter here are kept.
    kept: WidgetOptions,
}

impl LookDraft {
    pub(super) fn of(options: &WidgetOptions) -> Self {
        Self {
            unit: options.unit,
            currency: options.currency.clone().unwrap_or_default(),
            text: options.text.clone().unwrap_or_default(),
            kept: options.clone(),
        }
    }

    /// Figures are of this unit from now on.
    pub(crate) fn choose(&mut self, unit: Unit) {
        self.unit = unit;
        if unit == Unit::Currency && self.currency.trim().is_empty() {
            USUAL_CURRENCY.clone_into(&mut self.currency);
        }
    }

    /// The options.
    pub(crate) fn options(&self, topic: Topic) -> WidgetOptions {
        let currency = if self.unit == Unit::Currency {
            Some(self.currency.trim().to_uppercase()).filter(|code| !code.is_empty())
        } else {
            self.kept.currency.clone()
        };
        let text = if topic == Topic::Text {
            Some(self.text.clone()).filter(|text| self.kept.text.is_some() || !text.is_empty())
        } else {
            self.kept.text.clone()
        };
        WidgetOptions {
            unit: self.unit,
            currency,
            text,
        }
    }
}
