//! The organization's events: what becomes of them, taking them along, and erasing them. Plain forms, which work without
//! script.

use leptos::prelude::*;
use model::account::OrganizationSettings;
use model::erasure::{Erasure, ErasureKind, ErasureState};
use model::ingest::{Bots, IngestRules};
use model::role::Action;
use model::usage::Usage;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::data::{self as api, DataPage};
use crate::api::session::Session;
use crate::language::{drawn, t, t_with};
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;
use crate::words;

/// The page.
#[component]
pub(super) fn DataSettingsPage() -> impl IntoView {
    let fetched: Fetched<DataPage> = Resource::new(|| (), |()| api::show_data());
    settings_page(t("Data"), fetched, data_page)
}

fn data_page(page: DataPage) -> AnyView {
    let session = expect_context::<Session>();
    let may_manage = session.may(Action::ManageOrganization);
    let DataPage {
        settings,
        usage,
        erasures,
    } = page;
    let manage = may_manage.then(|| {
        view! {
            {rules_form(&settings)}
            {retention_form(settings.retention_days)}
            {forget_form()}
            {erasure_list(erasures)}
        }
    });
    let may_export = session.may(Action::Export);
    view! {
        <div class="settings">
            {outcome(said)}
            {usage_view(usage)}
            {may_export.then(export_links)}
            {manage}
            {(!may_manage).then(|| view! { <p class="hint">{t("Administrators of your organization can change what becomes of its events.")}</p> })}
        </div>
    }
    .into_any()
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "forget" => t("Everything of this person is being erased. The list below says when it is done."),
        "retention" => t("Saved. What is older goes within a day."),
        "rules" => t("Saved. It holds for events that come from now on."),
        "user_id" => t("Type the same id twice, so that nobody is erased by mistake."),
        "retention_days" => {
            t("Days are a whole number from 1 to 36,500. Leave the field empty to keep events for ever.")
        }
        "domains" => t("Each line is a domain such as example.com."),
        "lists" => t("Each line is the name of a property, with a * at its end for any rest."),
        "conflict" => t("One of these domains sends to another organization. Take it off there first."),
        _ => return None,
    })
}

/// Events this month, what the plan allows, and the months before.
fn usage_view(usage: Usage) -> AnyView {
    let Usage {
        plan,
        limit,
        current,
        percent,
        earlier,
    } = usage;
    let events = grouped(current.events);
    let words = match (limit, percent) {
        (Some(limit), Some(percent)) => t_with(
            "{0} of {1} events this month ({2} %), on the plan {3}.",
            &[&events, &grouped(limit), &percent.to_string(), &plan],
        ),
        _ => t_with(
            "{0} events this month. Your plan, {1}, has no limit.",
            &[&events, &plan],
        ),
    };
    let warning = percent.filter(|percent| *percent >= 80).map(|percent| {
        let words = if percent >= 100 {
            t_with(
                "The plan's events are used up: {0} were not kept. It goes on next month, or with another plan.",
                &[&grouped(current.dropped)],
            )
        } else {
            t("Soon the plan's events are used up. What comes then is not kept until next month.").to_owned()
        };
        view! { <p class="notice problem" role="status">{words}</p> }
    });
    let meter = limit.map(|limit| {
        let most = limit.max(1).to_string();
        view! { <meter class="usage" min="0" max=most value=current.events.to_string() aria-label=t("Events this month")>{events}</meter> }
    });
    let rows = earlier
        .into_iter()
        .map(|month| {
            view! {
                <tr>
                    <th scope="row">{month.month}</th>
                    <td class="figure" data-label=t("Events")>{grouped(month.events)}</td>
                    <td class="figure" data-label=t("Not kept")>{grouped(month.dropped)}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let table = (!rows.is_empty()).then(|| {
        view! {
            {list_table(t("Earlier months"), &[t("Month"), t("Events"), t("Not kept")], LastColumn::Words, rows.into_any())}
        }
    });
    view! {
        <section>
            <h2>{t("Events")}</h2>
            <p class="lead">{words}</p>
            {meter}
            {warning}
            {table}
        </section>
    }
    .into_any()
}

/// `1,234,567`
#[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 events in a month")]
fn grouped(count: u64) -> String {
    drawn(|| model::format::exact(count as f64))
}

/// All events as a file; what is narrower is asked for by the command line.
fn export_links() -> AnyView {
    let link = |format: &'static str, label: &'static str| {
        let address = format!("/api/analytics/export?format={format}");
        view! { <a class="button" href=address download=format!("events.{format}") rel="external">{label}</a> }
    };
    view! {
        <section>
            <h2>{t("Take your events along")}</h2>
            <p class="lead">
                {t("All events as a file. For many of them, or for some, use the command line:")}" "<code>"datapulse export --help"</code>
            </p>
            <p class="actions">
                {link("ndjson", "NDJSON")}
                {link("csv", "CSV")}
                {link("parquet", "Parquet")}
            </p>
        </section>
    }
    .into_any()
}

/// One switch of the rules: its field, what it says, and whether it is on.
type Switch = (&'static str, &'static str, bool);

fn switches(rules: &IngestRules) -> [Switch; 7] {
    [
        (
            "user_agent",
            t("Browser, system and device from the user agent"),
            rules.user_agent,
        ),
        ("referrer", t("Referring site and channel"), rules.referrer),
        (
            "campaign",
            t("UTM parameters and click ids from the address"),
            rules.campaign,
        ),
        (
            "location",
            t("Country, region and city from the address of the visitor"),
            rules.location,
        ),
        (
            "visitor_id",
            t("An id for visitors without one, which changes every day"),
            rules.visitor_id,
        ),
        (
            "clock",
            t("Repair times where the sender's clock is wrong"),
            rules.clock,
        ),
        (
            "store_address",
            t("Keep the visitor's address as $ip"),
            rules.store_address,
        ),
    ]
}

fn rules_form(settings: &OrganizationSettings) -> AnyView {
    let rules = &settings.ingest;
    let boxes = switches(rules)
        .into_iter()
        .map(|(name, label, on)| {
            view! {
                <label class="check"><input type="checkbox" name=name value="on" checked=on />" "{label}</label>
            }
        })
        .collect_view();
    let bots = [
        (Bots::Keep, "keep", t("Keep them like any other")),
        (Bots::Mark, "mark", t("Keep them with $bot: true")),
        (Bots::Drop, "drop", t("Leave them out")),
    ];
    let bots = bots
        .into_iter()
        .map(
            |(bots, word, label)| view! { <option value=word selected={bots == rules.bots}>{label}</option> },
        )
        .collect_view();
    let lists = [
        (
            "domains",
            t("Your sites"),
            t("One domain in a line. Trackers that know a site by its domain send here."),
            settings.domains.clone(),
        ),
        (
            "allow",
            t("Keep only these properties"),
            t("One name in a line; empty keeps all. A * at the end stands for any rest."),
            rules.allow.clone(),
        ),
        (
            "deny",
            t("Leave these properties out"),
            t("One name in a line."),
            rules.deny.clone(),
        ),
        (
            "redact",
            t("Hide the values of these properties"),
            t("One name in a line; the value becomes [redacted], in profiles too."),
            rules.redact.clone(),
        ),
    ];
    let lists = lists
        .into_iter()
        .map(|(name, label, hint, lines)| text_area(name, label, hint, &lines))
        .collect_view();
    view! {
        <section>
            <h2>{t("What becomes of events")}</h2>
            <p class="lead">{t("Each of these holds for events from every source that come from now on.")}</p>
            <form method="post" action="/settings/organization/rules" class="stack">
                <fieldset class="stack">
                    <legend>{t("Add to events and repair")}</legend>
                    {boxes}
                </fieldset>
                <div class="field">
                    <label for="bots">{t("Events of bots and crawlers")}</label>
                    <select class="input" id="bots" name="bots">{bots}</select>
                </div>
                {lists}
                <p class="actions"><button type="submit" class="button primary">{t("Save")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn text_area(name: &'static str, label: &'static str, hint: &'static str, lines: &[String]) -> AnyView {
    let id = format!("list-{name}");
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="input" id=id name=name rows="3" spellcheck="false" aria-describedby=hint_id.clone()>{lines.join("\n")}</textarea>
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
    .into_any()
}

fn retention_form(days: Option<u32>) -> AnyView {
    let days = days.map(|days| days.to_string()).unwrap_or_default();
    view! {
        <section>
            <h2>{t("How long events are kept")}</h2>
            <p class="lead">{t("What is older is erased for good, once a day. Empty keeps everything.")}</p>
            <form method="post" action="/settings/organization/retention" class="line-form">
                <div class="field">
                    <label for="retention-days">{t("Days")}</label>
                    <input class="input" id="retention-days" name="days" type="number" min="1" max="36500" value=days autocomplete="off" />
                </div>
                <button type="submit" class="button danger">{t("Keep for so long")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn forget_form() -> AnyView {
    view! {
        <section>
            <h2>{t("Forget a person")}</h2>
            <p class="lead">
                {t("Every event of theirs goes, under every id that they were known by, and their profile. Nobody can bring it back.")}
            </p>
            <form method="post" action="/settings/organization/forget" class="stack">
                <div class="field">
                    <label for="forget-id">{t("Any id of the person")}</label>
                    <input class="input" id="forget-id" name="user_id" type="text" required=true maxlength="200" autocomplete="off" />
                </div>
                <div class="field">
                    <label for="forget-again">{t("The same id again")}</label>
                    <input class="input" id="forget-again" name="again" type="text" required=true maxlength="200" autocomplete="off" />
                </div>
                <p class="actions"><button type="submit" class="button danger">{t("Forget this person")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn erasure_list(erasures: Vec<Erasure>) -> AnyView {
    if erasures.is_empty() {
        return view! { <p class="hint">{t("Nothing was erased so far.")}</p> }.into_any();
    }
    let rows = erasures.into_iter().map(erasure_row).collect_view();
    view! {
        <section>
            <h2>{t("What is erased, and what was")}</h2>
            {list_table(t("Erasures"), &[t("What"), t("Asked for"), t("State"), t("Events")], LastColumn::Words, rows.into_any())}
        </section>
    }
    .into_any()
}

fn erasure_row(erasure: Erasure) -> AnyView {
    let what = match (erasure.kind, erasure.before) {
        (ErasureKind::Retention, Some(before)) => t_with("Older than {0}", &[&words::day_of(before)]),
        _ => erasure.subject.unwrap_or_default(),
    };
    let state = match (erasure.state, erasure.finished_at) {
        (ErasureState::Done, Some(at)) => t_with("Done {0}", &[&words::moment(at)]),
        (ErasureState::Running, _) => t("Under way").to_owned(),
        _ => t_with("Waiting; done by {0}", &[&words::moment(erasure.due_at)]),
    };
    view! {
        <tr>
            <th scope="row"><code>{what}</code></th>
            <td data-label=t("Asked for")>{words::moment(erasure.requested_at)}</td>
            <td data-label=t("State")>{state}{erasure.note.map(|note| view! { <p class="hint">{note}</p> })}</td>
            <td class="figure" data-label=t("Events")>{grouped(erasure.events)}</td>
        </tr>
    }
    .into_any()
}
