//! What the figures are: numbers, money, time.

use leptos::prelude::*;
use model::dashboard::Unit;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use crate::language::{key, t};
use crate::parts::field::ChoiceField;
use crate::parts::live;

pub(super) fn form(editor: Editor) -> AnyView {
    let units = Unit::ALL
        .into_iter()
        .map(|unit| (unit.as_str().to_owned(), t(words(unit)).to_owned()))
        .collect();
    let unit = spot!(look.unit);
    let is_money = unit.signal(editor, |unit| *unit == Unit::Currency);
    let choose = move |chosen: String| {
        let unit = Unit::ALL.into_iter().find(|unit| unit.as_str() == chosen);
        editor
            .draft
            .update(|draft| draft.look.choose(unit.unwrap_or_default()));
    };
    view! {
        <fieldset class="part">
            <legend>{t("Figures")}</legend>
            <div class="two">
                <ChoiceField
                    id="unit"
                    label=t("Unit")
                    choices=units
                    value=unit.signal(editor, |unit| unit.as_str().to_owned())
                    on_choice=Callback::new(choose)
                />
                {live::shown(
                    move || is_money.get(),
                    move || inputs::text(editor, Called::new("currency", t("Currency"), "currency"), spot!(look.currency)),
                )}
            </div>
        </fieldset>
    }
    .into_any()
}

const fn words(unit: Unit) -> &'static str {
    match unit {
        Unit::Number => key("Plain numbers"),
        Unit::Percent => key("Per cent"),
        Unit::Currency => key("Money"),
        Unit::Duration => key("Seconds"),
        Unit::Bytes => key("Bytes"),
    }
}
