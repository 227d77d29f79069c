//! Why nothing came of a question, and what to do.

use jiff::tz::Offset;
use leptos::prelude::*;
use model::catalogue::EventName;
use model::query::Range;

use super::super::draft::{CUSTOM, Topic};
use super::super::{Draft, Editor};
use crate::address::range_words;
use crate::language::{t, t_with};
use crate::parts::live;
use crate::words;

/// Instead of a chart without anything on it.
pub(super) fn found(editor: Editor) -> AnyView {
    let reasons = editor
        .draft
        .with_untracked(|draft| editor.names.with_value(|names| reasons(draft, names)));
    let days = editor
        .draft
        .with_untracked(|draft| editor.names.with_value(|names| days_with_events(draft, names)));
    let found_nothing = editor.draft.with_untracked(|draft| match draft.topic {
        Topic::Sql => t("The statement found no rows."),
        _ if editor.names.with_value(Vec::is_empty) => t("No events yet."),
        _ => t("No events in this range."),
    });
    let lines = reasons
        .into_iter()
        .map(|words| view! { <p class="muted">{words}</p> })
        .collect_view();
    view! {
        <div class="nothing" role="status">
            <p>{found_nothing}</p>
            {lines}
            {days.map(|days| show_days(editor, days))}
        </div>
    }
    .into_any()
}

fn show_days(editor: Editor, days: Range) -> AnyView {
    let label = t_with("Show {0}", &[&range_words(&days)]);
    let show = move |_| editor.draft.update(|draft| draft.time.take(&days));
    view! { <p class="actions"><button type="button" class="button small" on:click=live::click(show)>{label}</button></p> }
        .into_any()
}

fn reasons(draft: &Draft, sent: &[EventName]) -> Vec<String> {
    if sent.is_empty() {
        let first =
            t("Send the first one: make a key under Settings, API keys, and follow what stands there.");
        return vec![first.to_owned()];
    }
    let known = |name: &str| sent.iter().find(|event| event.name == name);
    let named = draft.named_events();
    let mut reasons: Vec<String> = named
        .iter()
        .filter(|name| known(name).is_none())
        .map(|name| t_with("“{0}” was never sent. Check how it is spelled.", &[name]))
        .collect();
    if !reasons.is_empty() {
        return reasons;
    }
    reasons.extend(named.iter().filter_map(|name| {
        let event = known(name)?;
        Some(t_with(
            "“{0}” came last on {1}.",
            &[name, &words::day_of(event.last_seen)],
        ))
    }));
    if draft.conditions.rows.is_empty() {
        reasons.push(t("Choose another range.").to_owned());
    } else {
        reasons.push(t("Choose another range, or take a condition away.").to_owned());
    }
    reasons
}

/// The days on which the named events came, unless these are asked about already.
fn days_with_events(draft: &Draft, sent: &[EventName]) -> Option<Range> {
    let named = draft.named_events();
    let meant: Vec<&EventName> = sent
        .iter()
        .filter(|event| named.is_empty() || named.contains(&event.name.as_str()))
        .collect();
    let first = meant.iter().map(|event| event.first_seen).min()?;
    let last = meant.iter().map(|event| event.last_seen).max()?;
    let day = |time| model::query::Edge::Date(Offset::UTC.to_datetime(time).date());
    let days = Range::Between {
        from: day(first),
        to: day(last),
    };
    let is_asked = draft.time.range == CUSTOM && draft.time.range().is_ok_and(|range| range == days);
    (!is_asked).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, first: &str, last: &str) -> EventName {
        EventName {
            name: name.to_owned(),
            count: 3,
            first_seen: first.parse().expect("a time"),
            last_seen: last.parse().expect("a time"),
        }
    }

    #[test]
    fn an_event_that_never_came_is_named() {
        let names = [event("page_view", "2015-05-17T10:00:00Z", "2015-05-20T21:00:00Z")];
        let draft = Draft::new("page_veiw", None);
        assert_eq!(
            reasons(&draft, &names),
            ["“page_veiw” was never sent. Check how it is spelled."]
        );
        assert_eq!(days_with_events(&draft, &names), None);
    }

    #[test]
    fn the_days_with_events_are_one_step_away() {
        let names = [
            event("page_view", "2015-05-17T10:00:00Z", "2015-05-20T21:00:00Z"),
            event("sign_up", "2015-05-18T10:00:00Z", "2015-05-24T21:00:00Z"),
        ];
        let mut draft = Draft::new("page_view", None);
        assert_eq!(
            reasons(&draft, &names),
            ["“page_view” came last on 20 May 2015.", "Choose another range."]
        );
        let days = days_with_events(&draft, &names).expect("there are some");
        assert_eq!(range_words(&days), "17 May 2015 – 20 May 2015");
        draft.time.take(&days);
        assert_eq!(days_with_events(&draft, &names), None);
    }
}
