//! Who belongs to the organization and who is asked to: plain forms, which work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::ids::UserId;
use model::membership::{Invitation, Member};
use model::role::{Action, Role};

use crate::api::people::{self as api, People};
use crate::api::session::Session;
use crate::parts::copy::CopyButton;
use crate::parts::frame::Frame;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::popover::Popover;
use crate::parts::title::Title;
use crate::query_string;
use crate::words;

const ROLES: [(Role, &str); 4] = [
    (Role::Viewer, "Viewer: looks and asks"),
    (Role::Editor, "Editor: changes dashboards, sends events"),
    (Role::Admin, "Admin: manages members, keys and settings"),
    (Role::Owner, "Owner: everything"),
];

/// The page.
#[component]
pub(super) fn MembersPage() -> impl IntoView {
    let people: Fetched<People> = Resource::new(|| (), |()| api::list_people());
    view! {
        <Title text="Members" />
        <Frame>
            <header class="topbar"><h1>"Members"</h1></header>
            {loaded(people, waiting_list, members_page)}
        </Frame>
    }
}

fn members_page(people: People) -> AnyView {
    let session = expect_context::<Session>();
    let may_manage = session.may(Action::ManageMembers);
    let People {
        members,
        invitations,
        fresh_link,
        fresh_reset,
        makes_resets,
    } = people;
    let rows = members
        .into_iter()
        .map(|member| member_row(member, &session, makes_resets))
        .collect_view();
    view! {
        <div class="settings">
            {said()}
            {fresh_link.map(|link| link_view(INVITED, link))}
            {fresh_reset.map(|link| link_view(RESET, link))}
            {may_manage.then(|| invite_form(session.role))}
            <section>
                <h2>"Who belongs to " {session.organization.name.clone()}</h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Members">
                    <table class="list">
                        <thead>
                            <tr>
                                <th scope="col">"Name"</th>
                                <th scope="col">"E-mail"</th>
                                <th scope="col">"Role"</th>
                                <th scope="col">"Since"</th>
                                <th scope="col"><span class="hidden">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
            {(!invitations.is_empty()).then(|| invitations_view(invitations))}
        </div>
    }
    .into_any()
}

/// What came of the form that was sent.
pub(super) fn said() -> Option<AnyView> {
    let search = use_location().search.get_untracked();
    let problem = query_string::value(&search, "problem");
    let words = problem
        .as_deref()
        .or(query_string::value(&search, "done").as_deref())
        .map(|code| match code {
            "invalid" => "That does not look like an e-mail address. Check it for typos.",
            "last_owner" => "Somebody has to own the organization. Make another member an owner first.",
            "member" => "Somebody with this address belongs to the organization already.",
            "forbidden" => "Your role does not allow this. Ask an owner of your organization.",
            "gone" => "It is no longer there. Somebody may have removed it.",
            "current_password" => "That is not your password. Type the one that you sign in with.",
            "new_password" => "Use 8 to 128 characters, and none of the passwords that many people use.",
            "name" => "Type the organization's name exactly, so that nothing is deleted by mistake.",
            "other_address" => "This invitation is for another e-mail address than that of your account.",
            "too_many" => "That was too often. Wait a minute and try again.",
            "role" => "The role is changed.",
            "removed" => "Removed.",
            "revoked" => "The invitation no longer works.",
            "session" => "That session has ended.",
            "password" => "Your password is changed, and your other sessions have ended.",
            "mailed" => "The invitation is on its way by mail.",
            "confirm" => "A link is on its way to your address.",
            "connected" => "From now on you may sign in there too.",
            "by_mail" => "Mail is set up here: the member asks for a link on the page for signing in.",
            "joined" => "Welcome. You belong to this organization now.",
            _ => "That did not work. Try again in a moment.",
        })?;
    let look = if problem.is_some() {
        "notice problem"
    } else {
        "notice good"
    };
    Some(view! { <p class=look role="status">{words}</p> }.into_any())
}

const INVITED: &str =
    "Send this link to the person you invited. It works once, for a week, and is not shown again.";
const RESET: &str = "Give this link to the member, who chooses another password with it. It works once, for an hour, and is not shown again.";

fn link_view(words: &'static str, link: String) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p>{words}</p>
            <div class="snippet">
                <pre tabindex="0"><code>{link.clone()}</code></pre>
                <CopyButton text=link label="Copy link" />
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
            view! { <option value=role.as_str() selected=is_chosen>{words}</option> }
        })
        .collect_view();
    options.into_any()
}

fn invite_form(most: Role) -> AnyView {
    view! {
        <section>
            <h2>"Invite somebody"</h2>
            <form method="post" action="/settings/members/invite" class="line-form">
                <div class="field">
                    <label for="invite-email">"E-mail"</label>
                    <input class="input" id="invite-email" name="email" type="email" required=true autocomplete="off" />
                </div>
                <div class="field">
                    <label for="invite-role">"Role"</label>
                    <select class="input" id="invite-role" name="role">{choices(Role::Viewer, most)}</select>
                </div>
                <button type="submit" class="button primary">"Invite"</button>
            </form>
        </section>
    }
    .into_any()
}

fn member_row(member: Member, session: &Session, makes_resets: bool) -> AnyView {
    let is_self = member.user_id == session.user.id;
    let may_change = session.may(Action::ManageMembers) && member.role <= session.role;
    let role = if may_change && !is_self {
        role_form(&member, session.role)
    } else {
        view! { <span class="tag">{member.role.as_str()}</span> }.into_any()
    };
    let actions = (is_self || may_change).then(|| remove_form(member.user_id, &member.name, is_self));
    let reset = (makes_resets && may_change && !is_self).then(|| reset_form(member.user_id, &member.name));
    view! {
        <tr>
            <td>{member.name.clone()}{is_self.then_some(" (you)")}</td>
            <td>{member.email}</td>
            <td>{role}</td>
            <td><time datetime=member.joined_at.to_string()>{words::day_of(member.joined_at)}</time></td>
            <td class="right"><div class="row-form">{reset}{actions}</div></td>
        </tr>
    }
    .into_any()
}

fn reset_form(user: UserId, name: &str) -> AnyView {
    view! {
        <form method="post" action="/settings/members/reset-link">
            <input type="hidden" name="user" value=user.to_string() />
            <button type="submit" class="button small" aria-label=format!("Link for another password of {name}")>"Password link"</button>
        </form>
    }
    .into_any()
}

fn role_form(member: &Member, most: Role) -> AnyView {
    let label = format!("Role of {}", member.name);
    view! {
        <form method="post" action="/settings/members/role" class="row-form">
            <input type="hidden" name="user" value=member.user_id.to_string() />
            <select class="input" name="role" aria-label=label>{choices(member.role, most)}</select>
            <button type="submit" class="button small">"Change"</button>
        </form>
    }
    .into_any()
}

fn remove_form(user: UserId, name: &str, is_self: bool) -> AnyView {
    let (word, warning) = if is_self {
        (
            "Leave",
            "You no longer see this organization, and your personal keys for it stop working.".to_owned(),
        )
    } else {
        (
            "Remove",
            format!("{name} no longer sees this organization, and their personal keys for it stop working."),
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

fn invitations_view(invitations: Vec<Invitation>) -> AnyView {
    let rows = invitations
        .into_iter()
        .map(|invitation| {
            let label = format!("Take back the invitation of {}", invitation.email);
            view! {
                <tr>
                    <td>{invitation.email}</td>
                    <td><span class="tag">{invitation.role.as_str()}</span></td>
                    <td>{words::day_of(invitation.expires_at)}</td>
                    <td class="right">
                        <form method="post" action="/settings/members/revoke">
                            <input type="hidden" name="invitation" value=invitation.id.to_string() />
                            <button type="submit" class="button small" aria-label=label>"Take back"</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>"Invited"</h2>
            <div class="table-box" tabindex="0" role="region" aria-label="Invitations">
                <table class="list">
                    <thead>
                        <tr>
                            <th scope="col">"E-mail"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Until"</th>
                            <th scope="col"><span class="hidden">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
