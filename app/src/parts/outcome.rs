//! What came of a form that was sent without script: the page that follows is told by a code in its address.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::language::t;
use crate::query_string;

/// The words for the code in the address: those of the page, or those that every form shares. Nothing without a code.
pub(crate) fn outcome(of_the_page: fn(&str) -> Option<&'static str>) -> Option<AnyView> {
    let search = use_location().search.get_untracked();
    let problem = query_string::value(&search, "problem");
    let look = if problem.is_some() {
        "notice problem"
    } else {
        "notice good"
    };
    let code = problem.or_else(|| query_string::value(&search, "done"))?;
    let words = of_the_page(&code).unwrap_or_else(|| of_every_form(&code));
    Some(view! { <p class=look role="status">{words}</p> }.into_any())
}

fn of_every_form(code: &str) -> &'static str {
    match code {
        "saved" => t("Saved."),
        "forbidden" => t("Your role does not allow this. Ask an owner of your organization."),
        "gone" => t("It is no longer there. Somebody may have removed it."),
        "too_many" => t("That was too often. Wait a minute and try again."),
        _ => t("That did not work. Try again in a moment."),
    }
}
