//! Who belongs to the organization and who is asked to: plain forms, which work without script.

use leptos::prelude::*;
use model::ids::UserId;
use model::mail::{LetterKind, LetterTrouble, StuckLetter};
use model::membership::{Invitation, Member};
use model::role::{Action, Role};

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::people::{self as api, People};
use crate::api::session::Session;
use crate::language::{key, t, t_with};
use crate::parts::copy::CopyButton;
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;
use crate::parts::popover::Popover;
use crate::words;

const ROLES: [(Role, &str); 4] = [
    (Role::Viewer, key("Viewer: looks and asks")),
    (Role::Editor, key("Editor: changes dashboards, sends events")),
    (Role::Admin, key("Admin: manages members, keys and settings")),
    (Role::Owner, key("Owner: everything")),
];

/// The page.
#[component]
pub(super) fn MembersPage() -> impl IntoView {
    let people: Fetched<People> = Resource::new(|| (), |()| api::list_people());
    settings_page(t("Members"), people, members_page)
}

fn members_page(people: People) -> AnyView {
    let session = expect_context::<Session>();
    let may_manage = session.may(Action::ManageMembers);
    let People {
        members,
        invitations,
        letters,
        fresh_link,
        fresh_reset,
        fresh_confirmation,
        unconfirmed,
        makes_resets,
    } = people;
    let heirs: Vec<(UserId, String)> = members
        .iter()
        .filter(|member| member.user_id != session.user.id)
        .map(|member| (member.user_id, format!("{} ({})", member.name, member.email)))
        .collect();
    let may_transfer = session.may(Action::DeleteOrganization) && !heirs.is_empty();
    let rows = members
        .into_iter()
        .map(|member| {
            let is_unconfirmed = unconfirmed.contains(&member.user_id);
            member_row(member, &session, makes_resets, is_unconfirmed)
        })
        .collect_view();
    view! {
        <div class="settings">
            {outcome(said)}
            {fresh_link.map(|link| link_view(INVITED, link))}
            {fresh_reset.map(|link| link_view(RESET, link))}
            {fresh_confirmation.map(|link| link_view(CONFIRM, link))}
            {may_manage.then(|| invite_form(session.role))}
            <section>
                <h2>{t_with("Who belongs to {0}", &[&session.organization.name])}</h2>
                {list_table(t("Members"), &[t("Name"), t("E-mail"), t("Role"), t("Since")], LastColumn::Actions, rows.into_any())}
            </section>
            {(!invitations.is_empty()).then(|| invitations_view(invitations))}
            {(!letters.is_empty()).then(|| letters_view(letters))}
            {may_transfer.then(|| transfer_form(heirs))}
        </div>
    }
    .into_any()
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "email" => t("That does not look like an e-mail address. Check it for typos."),
        "last_owner" => t("Somebody has to own the organization. Make another member an owner first."),
        "conflict" => t("Somebody with this address belongs to the organization already."),
        "by_mail" => t("Mail is set up here: the member asks for a link on the page for signing in."),
        "confirmed" => t(
            "No link is needed: the address is confirmed, or mail is set up here and the member asks for one.",
        ),
        "mailed" => t("The invitation is on its way by mail."),
        "role" => t("The role is changed."),
        "transferred" => t("The organization has another owner. You are an admin now."),
        "joined" => t("Welcome. You belong to this organization now."),
        "removed" => t("Removed."),
        "revoked" => t("The invitation no longer works."),
        _ => return None,
    })
}

const INVITED: &str =
    key("Send this link to the person you invited. It works once, for a week, and is not shown again.");
const RESET: &str = key(
    "Give this link to the member, who chooses another password with it. It works once, for an hour, and is not shown again.",
);

const CONFIRM: &str = key(
    "Give this link to the member, who confirms the address with it. It works once, for three days, and is not shown again.",
);

fn link_view(words: &'static str, link: String) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p>{t(words)}</p>
            <div class="snippet">
                <pre tabindex="0"><code>{link.clone()}</code></pre>
                <CopyButton text=link label=t("Copy link") />
            </div>
        </div>
    }
    .into_any()
}

fn choices(chosen: Role, most: Role) -> AnyView {
    let offered = ROLES.into_iter().filter(|(role, _)| *role <= most);
    let options = offered
        .map(|(role, words)| {
            let is_chosen = role == chosen;
            view! { <option value=role.as_str() selected=is_chosen>{t(words)}</option> }
        })
        .collect_view();
    options.into_any()
}

fn invite_form(most: Role) -> AnyView {
    view! {
        <section>
            <h2>{t("Invite somebody")}</h2>
            <form method="post" action="/settings/members/invite" class="line-form">
                <div class="field">
                    <label for="invite-email">{t("E-mail")}</label>
                    <input class="input" id="invite-email" name="email" type="email" required=true autocomplete="off" />
                </div>
                <div class="field">
                    <label for="invite-role">{t("Role")}</label>
                    <select class="input" id="invite-role" name="role">{choices(Role::Viewer, most)}</select>
                </div>
                <button type="submit" class="button primary">{t("Invite")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn member_row(member: Member, session: &Session, makes_resets: bool, is_unconfirmed: bool) -> AnyView {
    let is_self = member.user_id == session.user.id;
    let may_change = session.may(Action::ManageMembers) && member.role <= session.role;
    let role = if may_change && !is_self {
        role_form(&member, session.role)
    } else {
        view! { <span class="tag">{words::role(member.role)}</span> }.into_any()
    };
    let actions = (is_self || may_change).then(|| remove_form(member.user_id, &member.name, is_self));
    let reset = (makes_resets && may_change && !is_self).then(|| reset_form(member.user_id, &member.name));
    let confirm =
        (is_unconfirmed && may_change && !is_self).then(|| confirm_form(member.user_id, &member.name));
    view! {
        <tr>
            <th scope="row">{member.name.clone()}{is_self.then(|| t(" (you)"))}</th>
            <td data-label=t("E-mail")>{member.email}</td>
            <td data-label=t("Role")>{role}</td>
            <td data-label=t("Since")><time datetime=member.joined_at.to_string()>{words::day_of(member.joined_at)}</time></td>
            <td class="right"><div class="row-form">{confirm}{reset}{actions}</div></td>
        </tr>
    }
    .into_any()
}

fn reset_form(user: UserId, name: &str) -> AnyView {
    view! {
        <form method="post" action="/settings/members/reset-link">
            <input type="hidden" name="user" value=user.to_string() />
            <button type="submit" class="button small" aria-label=t_with("Link for another password of {0}", &[name])>{t("Password link")}</button>
        </form>
    }
    .into_any()
}

fn confirm_form(user: UserId, name: &str) -> AnyView {
    view! {
        <form method="post" action="/settings/members/confirm-link">
            <input type="hidden" name="user" value=user.to_string() />
            <button type="submit" class="button small" aria-label=t_with("Link to confirm the address of {0}", &[name])>{t("Address link")}</button>
        </form>
    }
    .into_any()
}

fn role_form(member: &Member, most: Role) -> AnyView {
    let label = t_with("Role of {0}", &[&member.name]);
    view! {
        <form method="post" action="/settings/members/role" class="row-form">
            <input type="hidden" name="user" value=member.user_id.to_string() />
            <select class="input" name="role" aria-label=label>{choices(member.role, most)}</select>
            <button type="submit" class="button small">{t("Change role")}</button>
        </form>
    }
    .into_any()
}

fn remove_form(user: UserId, name: &str, is_self: bool) -> AnyView {
    let (word, warning) = if is_self {
        (
            t("Leave"),
            t("You no longer see this organization, and your personal keys for it stop working.").to_owned(),
        )
    } else {
        (
            t("Remove"),
            t_with(
                "{0} no longer sees this organization, and their personal keys for it stop working.",
                &[name],
            ),
        )
    };
    let face = view! { <span>{word}</span> }.into_any();
    view! {
        <Popover id=format!("remove-{user}") name=format!("{word} {name}") face look="button small">
            <p>{warning}</p>
            <form method="post" action="/settings/members/remove">
                <input type="hidden" name="user" value=user.to_string() />
                <button type="submit" class="button danger wide">{word}</button>
            </form>
        </Popover>
    }
    .into_any()
}

fn transfer_form(heirs: Vec<(UserId, String)>) -> AnyView {
    let options = heirs
        .into_iter()
        .map(|(user, name)| view! { <option value=user.to_string()>{name}</option> })
        .collect_view();
    view! {
        <section>
            <h2>{t("Hand over the organization")}</h2>
            <p class="lead">{t("The member becomes an owner, and you become an admin. Only an owner can undo it.")}</p>
            <form method="post" action="/settings/members/transfer" class="line-form">
                <div class="field">
                    <label for="heir">{t("New owner")}</label>
                    <select class="input" id="heir" name="user" required=true>
                        <option value="">{t("Choose a member")}</option>
                        {options}
                    </select>
                </div>
                <button type="submit" class="button danger">{t("Hand over")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn invitations_view(invitations: Vec<Invitation>) -> AnyView {
    let rows = invitations
        .into_iter()
        .map(|invitation| {
            let label = t_with("Take back the invitation of {0}", &[&invitation.email]);
            view! {
                <tr>
                    <th scope="row">{invitation.email}</th>
                    <td data-label=t("Role")><span class="tag">{words::role(invitation.role)}</span></td>
                    <td data-label=t("Until")>{words::day_of(invitation.expires_at)}</td>
                    <td class="right">
                        <form method="post" action="/settings/members/revoke">
                            <input type="hidden" name="invitation" value=invitation.id.to_string() />
                            <button type="submit" class="button small" aria-label=label>{t("Take back")}</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{t("Invited")}</h2>
            {list_table(t("Invitations"), &[t("E-mail"), t("Role"), t("Until")], LastColumn::Actions, rows.into_any())}
        </section>
    }
    .into_any()
}

fn letters_view(letters: Vec<StuckLetter>) -> AnyView {
    let rows = letters
        .into_iter()
        .map(|letter| {
            let state = match (letter.trouble, letter.said) {
                (LetterTrouble::Waiting, _) => t("Is tried again").to_owned(),
                (LetterTrouble::Late, _) => t("Given up: the mail server was away too long").to_owned(),
                (LetterTrouble::Refused, None) => t("The mail server refused it").to_owned(),
                (LetterTrouble::Refused, Some(said)) => t_with("The mail server refused it: {0}", &[&said]),
            };
            view! {
                <tr>
                    <th scope="row">{letter.to}</th>
                    <td data-label=t("Letter")>{t(about(letter.kind))}</td>
                    <td data-label=t("What happened")>{state}</td>
                    <td data-label=t("Since")>{words::moment(letter.created_at)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{t("Letters that did not arrive")}</h2>
            <p class="muted">{t("Tell the person another way, or ask again once the address or the mail server is right.")}</p>
            {list_table(
                t("Letters that did not arrive"),
                &[t("E-mail"), t("Letter"), t("What happened"), t("Since")],
                LastColumn::Words,
                rows.into_any(),
            )}
        </section>
    }
    .into_any()
}

const fn about(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Reset => key("Link to choose another password"),
        LetterKind::Confirm => key("Link to confirm the address"),
        LetterKind::Invitation => key("Invitation"),
        LetterKind::Quota => key("News of the plan's events"),
        LetterKind::Address => key("Link to another address"),
        LetterKind::Notice => key("News of another address"),
    }
}
