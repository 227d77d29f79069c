//! Every link to a dashboard of the organization: what it opens and how, who made it, and its end. Plain forms, which
//! work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::share::{Share, ViewerMay};

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::shares::{self as api, LinkLine, Links};
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;
use crate::parts::popover::Popover;
use crate::query_string;
use crate::words;

/// The page.
#[component]
pub(super) fn SharesPage() -> impl IntoView {
    let search = use_location().search;
    let links: Fetched<Links> = Resource::new(
        move || search.with(|search| query_string::value(search, "after")),
        api::list_links,
    );
    settings_page(t("Share links"), links, shares_page)
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    (code == "revoked").then(|| t("The link is revoked: it shows nothing anymore."))
}

fn shares_page(links: Links) -> AnyView {
    let list = if links.lines.is_empty() {
        none_yet()
    } else {
        let rows: Vec<AnyView> = links.lines.into_iter().map(row).collect();
        let columns = [t("Name"), t("Opens"), t("Made"), t("Rules"), t("Last opened")];
        list_table(t("Share links"), &columns, LastColumn::Actions, rows.into_any())
    };
    view! {
        <div class="settings wide">
            {outcome(said)}
            <p class="lead">{t("Anyone with one of these links sees its dashboard and needs no account. Give a link a new address where the old one came into wrong hands, and revoke what nobody needs.")}</p>
            {list}
            {links.next.map(|next| view! {
                <p class="actions"><a class="button" href=format!("/settings/shares?after={next}")>{t("Earlier links")}</a></p>
            })}
        </div>
    }
    .into_any()
}

fn none_yet() -> AnyView {
    view! {
        <div class="empty">
            {icon(Icon::Share)}
            <h2>{t("No links yet")}</h2>
            <p>{t("Open a dashboard and press Share: whoever gets the link sees it as a document.")}</p>
            <p class="actions"><a class="button primary" href="/">{t("Dashboards")}</a></p>
        </div>
    }
    .into_any()
}

fn row(LinkLine { share, has_ended }: LinkLine) -> AnyView {
    let name = share.name.clone().unwrap_or_else(|| t("Link").to_owned());
    let rules = rules(&share, has_ended);
    let made_by = share.created_by_name.clone();
    let opened = match share.last_opened_at {
        Some(at) => view! { <time datetime=at.to_string()>{words::day_of(at)}</time> }.into_any(),
        None => view! { <span class="muted">{t("never")}</span> }.into_any(),
    };
    let actions = actions(&share, &name);
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label=t("Opens")><a href=format!("/dashboards/{}", share.dashboard_id)>{share.dashboard_name}</a></td>
            <td data-label=t("Made")>
                <div>
                    <time datetime=share.created_at.to_string()>{words::day_of(share.created_at)}</time>
                    {made_by.map(|maker| view! { <br /><span class="muted">{maker}</span> })}
                </div>
            </td>
            <td data-label=t("Rules")><div>{rules}</div></td>
            <td data-label=t("Last opened")>{opened}</td>
            <td class="right"><div class="row-form">{actions}</div></td>
        </tr>
    }
    .into_any()
}

/// How long it works, what it asks for, and what its viewers may do.
fn rules(share: &Share, has_ended: bool) -> AnyView {
    let until = match share.expires_at {
        Some(at) if has_ended => t_with("stopped to work on {0}", &[&words::day_of(at)]),
        Some(at) => t_with("works until {0}", &[&words::day_of(at)]),
        None => t("works until it is revoked").to_owned(),
    };
    let mut others: Vec<String> = Vec::new();
    if share.has_password {
        others.push(t("has a password").to_owned());
    }
    for (may, words) in [
        (ViewerMay::Range, t("range")),
        (ViewerMay::Filter, t("filter")),
        (ViewerMay::Download, t("downloads")),
    ] {
        if share.viewer_may.contains(&may) {
            others.push(words.to_owned());
        }
    }
    if !share.embed_origins.is_empty() {
        let sites = share.embed_origins.join(", ");
        others.push(t_with("may be framed by {0}", &[&sites]));
    }
    if share.embed_key_at.is_some() {
        others.push(t("has a key for signed frames").to_owned());
    }
    let others = (!others.is_empty()).then(|| view! { <br /><span class="muted">{others.join(", ")}</span> });
    view! { {until}{others} }.into_any()
}

fn actions(share: &Share, name: &str) -> AnyView {
    let face = |words: &'static str| view! { <span>{words}</span> }.into_any();
    let (id, same) = (share.id.to_string(), share.id.to_string());
    let board = &share.dashboard_name;
    let renew = t_with("New address for {0} to {1}", &[name, board]);
    let revoke = t_with("Revoke {0} to {1}", &[name, board]);
    view! {
        <Popover id=format!("rotate-{id}") name=renew face=face(t("New address")) look="button small">
            <p>{t("The old address shows nothing from then on. Everything else about the link stays.")}</p>
            <form method="post" action="/settings/shares/rotate">
                <input type="hidden" name="share" value=id />
                <button type="submit" class="button primary wide">{t("Make a new address")}</button>
            </form>
        </Popover>
        <Popover id=format!("revoke-{same}") name=revoke face=face(t("Revoke")) look="button small">
            <p>{t("Whoever has this link sees nothing from then on. This cannot be undone.")}</p>
            <form method="post" action="/settings/shares/revoke">
                <input type="hidden" name="share" value=same />
                <button type="submit" class="button danger wide">{t("Revoke link")}</button>
            </form>
        </Popover>
    }
    .into_any()
}
