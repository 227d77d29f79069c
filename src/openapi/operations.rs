//! Every call, a few lines each, in the order of the router.

use model::account::{
    AccountDeletion, AddressChange, ApiKey, KeyPatch, KeyRequest, Me, Membership, NewOrganization,
    Organization, OrganizationPatch, OrganizationSettings, OwnPatch, PasswordChange, PersonalKeyRequest,
    Registration, SignedInSession, TotpSetup, TwoFactor,
};
use model::answer::Answer;
use model::audit::Entry;
use model::catalogue::{EventName, EventProperty, PropertyValues};
use model::dashboard::{Dashboard, DashboardSpec, Widget, WidgetPlaces, WidgetSpec};
use model::erasure::{Erasure, ForgetRequest};
use model::event::Receipt;
use model::mail::StuckLetter;
use model::membership::{
    Invitation, InvitationRequest, Invited, Member, NewInvitation, RoleChange, Transfer,
};
use model::person::{ListedPerson, PersonSession, Whose};
use model::query::{Query, SqlSpec};
use model::segment::{Segment, SegmentSpec};
use model::share::{EmbedKey, NewShare, Share, ShareRequest};
use model::usage::Usage;
use utoipa::openapi::HttpMethod::{Delete, Get, Patch, Post, Put};

use super::operation::{Call, Operation, number, text};
use super::schemas::Schemas;
use crate::openapi::by_hand::{Anything, EventsBody};
use crate::rest::auth::{ConfirmEmail, Forgot, KeySet, LogIn, Refresh, Reset, SignedIn};
use crate::rest::operations::{Report, Seen};
use crate::rest::organizations::NewKey;
use crate::rest::totp::{BeginTotp, RecoveryCodes, TotpCode};

/// The groups of calls.
pub(super) const TAGS: [(&str, &str); 5] = [
    (
        "Accounts",
        "Who is there: registering, signing in, tokens, sessions and one's own keys.",
    ),
    (
        "Organizations",
        "Tenants: their settings, members, invitations, keys and record of changes.",
    ),
    ("Analytics", "Events in, questions and answers out."),
    (
        "Dashboards",
        "Dashboards, the widgets on them, and the links that show them.",
    ),
    ("Operations", "For whoever keeps the program running."),
];

/// Describes every call.
pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut all = accounts(schemas);
    all.extend(account_links(schemas));
    all.extend(second_factor(schemas));
    all.extend(organizations(schemas));
    all.extend(keys(schemas));
    all.extend(members(schemas));
    all.extend(analytics(schemas));
    all.extend(segments(schemas));
    all.extend(dashboards(schemas));
    all.extend(widgets(schemas));
    all.extend(around_dashboards(schemas));
    all.extend(templates(schemas));
    all.extend(profiles(schemas));
    all.extend(taken_along(schemas));
    all.extend(operations(schemas));
    all
}

fn accounts(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::open(s, Post, "/api/auth/register", "register", "Make an account")
            .takes::<Registration>()
            .refuses(&[404, 409])
            .gives::<SignedIn>(201),
        Call::open(s, Post, "/api/auth/login", "logIn", "Sign in")
            .takes::<LogIn>()
            .refuses(&[401])
            .gives::<SignedIn>(200),
        Call::open(
            s,
            Post,
            "/api/auth/refresh",
            "refresh",
            "Take a refresh token for the next pair",
        )
        .takes::<Refresh>()
        .refuses(&[401])
        .gives::<SignedIn>(200),
        Call::new(s, Post, "/api/auth/logout", "logOut", "End this session").gives_nothing(),
        Call::new(s, Get, "/api/auth/me", "me", "Who is signed in").gives::<Me>(200),
        Call::new(s, Patch, "/api/auth/me", "changeMe", "Change one's own name")
            .takes::<OwnPatch>()
            .gives::<Me>(200),
        Call::new(s, Get, "/api/auth/keys", "listPersonalKeys", "One's own keys")
            .in_pages()
            .gives_list::<ApiKey>(),
        Call::new(
            s,
            Post,
            "/api/auth/keys",
            "createPersonalKey",
            "Make a key that acts as oneself",
        )
        .takes::<PersonalKeyRequest>()
        .gives::<NewKey>(201),
        Call::new(
            s,
            Delete,
            "/api/auth/keys/{key}",
            "revokePersonalKey",
            "Revoke one of one's own keys",
        )
        .gives_nothing(),
        Call::open(
            s,
            Get,
            "/api/auth/jwks.json",
            "jwks",
            "The keys that access tokens are checked with",
        )
        .gives::<KeySet>(200),
        Call::new(
            s,
            Get,
            "/api/auth/sessions",
            "listSessions",
            "Where one is signed in",
        )
        .in_pages()
        .gives_list::<SignedInSession>(),
        Call::new(
            s,
            Delete,
            "/api/auth/sessions/{session}",
            "endSession",
            "End one of one's own sessions",
        )
        .gives_nothing(),
        Call::new(
            s,
            Post,
            "/api/auth/password",
            "changePassword",
            "Choose another password; other sessions end",
        )
        .takes::<PasswordChange>()
        .gives_nothing(),
        Call::new(
            s,
            Post,
            "/api/auth/me/delete",
            "deleteMe",
            "Delete one's own account; what it made in organizations stays",
        )
        .takes::<AccountDeletion>()
        .refuses(&[409])
        .gives_nothing(),
    ]
}

fn account_links(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::open(
            s,
            Post,
            "/api/auth/password/forgot",
            "askForReset",
            "Send a link to choose another password, if the address has an account",
        )
        .takes::<Forgot>()
        .gives_nothing_yet(),
        Call::open(
            s,
            Post,
            "/api/auth/password/reset",
            "resetPassword",
            "Choose another password by a link; all sessions end",
        )
        .takes::<Reset>()
        .refuses(&[404])
        .gives_nothing(),
        Call::new(
            s,
            Post,
            "/api/auth/email",
            "askForAddress",
            "Ask for another address, to which a link goes",
        )
        .takes::<AddressChange>()
        .gives_nothing_yet(),
        Call::new(
            s,
            Post,
            "/api/auth/email/send",
            "askToConfirmEmail",
            "Send a link to confirm one's address",
        )
        .gives_nothing_yet(),
        Call::open(
            s,
            Post,
            "/api/auth/email/confirm",
            "confirmEmail",
            "Confirm an address by a link",
        )
        .takes::<ConfirmEmail>()
        .refuses(&[404])
        .gives_nothing(),
    ]
}

fn second_factor(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::new(
            s,
            Get,
            "/api/auth/totp",
            "twoFactor",
            "Whether signing in asks for a code",
        )
        .gives::<TwoFactor>(200),
        Call::new(
            s,
            Post,
            "/api/auth/totp",
            "beginTotp",
            "Make a secret for an authenticator app",
        )
        .takes::<BeginTotp>()
        .refuses(&[409])
        .gives::<TotpSetup>(201),
        Call::new(
            s,
            Post,
            "/api/auth/totp/confirm",
            "confirmTotp",
            "Turn the second factor on with the app's first code; tells recovery codes once",
        )
        .takes::<TotpCode>()
        .gives::<RecoveryCodes>(200),
        Call::new(
            s,
            Post,
            "/api/auth/totp/recovery-codes",
            "renewRecoveryCodes",
            "Make new recovery codes; those before stop working",
        )
        .takes::<TotpCode>()
        .gives::<RecoveryCodes>(200),
        Call::new(
            s,
            Post,
            "/api/auth/totp/off",
            "endTotp",
            "Turn the second factor off",
        )
        .takes::<TotpCode>()
        .gives_nothing(),
    ]
}

fn organizations(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let one = "/api/organizations/{id}";
    vec![
        Call::new(
            s,
            Get,
            "/api/organizations",
            "listOrganizations",
            "The organizations one belongs to",
        )
        .in_pages()
        .gives_list::<Membership>(),
        Call::new(
            s,
            Post,
            "/api/organizations",
            "createOrganization",
            "Make an organization",
        )
        .takes::<NewOrganization>()
        .gives::<Organization>(201),
        Call::new(s, Get, one, "getOrganization", "An organization").gives::<OrganizationSettings>(200),
        Call::new(s, Patch, one, "updateOrganization", "Change an organization")
            .takes::<OrganizationPatch>()
            .refuses(&[409])
            .gives::<OrganizationSettings>(200),
        Call::new(
            s,
            Delete,
            one,
            "deleteOrganization",
            "Delete an organization with everything in it",
        )
        .gives_nothing(),
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/audit",
            "audit",
            "What was changed, newest first",
        )
        .in_pages()
        .asks("actor", false, text())
        .asks("action", false, text())
        .asks("from", false, text())
        .asks("to", false, text())
        .gives_list::<Entry>(),
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/usage",
            "getUsage",
            "Events this month, and what the plan allows",
        )
        .gives::<Usage>(200),
        Call::new(
            s,
            Post,
            "/api/organizations/{id}/forget",
            "forget",
            "Erase every event of one person, by any id",
        )
        .takes::<ForgetRequest>()
        .once()
        .gives::<Erasure>(202),
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/erasures",
            "listErasures",
            "What is erased, and what was",
        )
        .in_pages()
        .gives_list::<Erasure>(),
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/erasures/{erasure}",
            "getErasure",
            "How far an erasure has come",
        )
        .gives::<Erasure>(200),
    ]
}

fn keys(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let keys = "/api/organizations/{id}/keys";
    vec![
        Call::new(s, Get, keys, "listKeys", "The keys that work")
            .in_pages()
            .gives_list::<ApiKey>(),
        Call::new(s, Post, keys, "createKey", "Make a key; it is told once")
            .takes::<KeyRequest>()
            .gives::<NewKey>(201),
        Call::new(
            s,
            Patch,
            "/api/organizations/{id}/keys/{key}",
            "updateKey",
            "Change a key's name, and the sites whose pages may send with it",
        )
        .takes::<KeyPatch>()
        .gives::<ApiKey>(200),
        Call::new(
            s,
            Delete,
            "/api/organizations/{id}/keys/{key}",
            "revokeKey",
            "Revoke a key",
        )
        .gives_nothing(),
    ]
}

fn members(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let member = "/api/organizations/{id}/members/{user}";
    let invitations = "/api/organizations/{id}/invitations";
    let invitation = "/api/organizations/{id}/invitations/{invitation}";
    vec![
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/members",
            "listMembers",
            "Who belongs to it",
        )
        .in_pages()
        .gives_list::<Member>(),
        Call::new(s, Patch, member, "setRole", "Give a member another role")
            .takes::<RoleChange>()
            .refuses(&[409])
            .gives::<Member>(200),
        Call::new(s, Delete, member, "removeMember", "Remove a member, or leave")
            .refuses(&[409])
            .gives_nothing(),
        Call::new(
            s,
            Post,
            "/api/organizations/{id}/transfer",
            "transfer",
            "Make another member the owner",
        )
        .takes::<Transfer>()
        .gives::<Member>(200),
        Call::new(
            s,
            Get,
            invitations,
            "listInvitations",
            "Invitations that can still be accepted",
        )
        .in_pages()
        .gives_list::<Invitation>(),
        Call::new(
            s,
            Post,
            invitations,
            "invite",
            "Invite an address; the link is told once",
        )
        .takes::<InvitationRequest>()
        .refuses(&[409])
        .gives::<NewInvitation>(201),
        Call::new(
            s,
            Delete,
            invitation,
            "revokeInvitation",
            "Take an invitation back",
        )
        .gives_nothing(),
        Call::new(
            s,
            Get,
            "/api/organizations/{id}/mail",
            "listStuckLetters",
            "Letters that no mail server took when they were tried",
        )
        .in_pages()
        .gives_list::<StuckLetter>(),
        Call::open(
            s,
            Get,
            "/api/invitations/{token}",
            "invited",
            "What a link invites to",
        )
        .gives::<Invited>(200),
        Call::new(
            s,
            Post,
            "/api/invitations/{token}/accept",
            "acceptInvitation",
            "Join the organization that invited",
        )
        .refuses(&[409])
        .gives::<Membership>(200),
    ]
}

fn analytics(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let query = "/api/analytics/query";
    vec![
        Call::new(
            s,
            Post,
            "/api/analytics/events",
            "sendEvents",
            "Send events; accepted ones are on disk",
        )
        .takes::<EventsBody>()
        .asks("dry_run", false, text())
        .refuses(&[415])
        .gives::<Receipt>(202),
        Call::new(
            s,
            Get,
            "/api/analytics/export",
            "exportEvents",
            "Events to take along, as lines, CSV or Parquet",
        )
        .asks("format", false, text())
        .asks("from", false, text())
        .asks("to", false, text())
        .asks("last", false, text())
        .asks("timezone", false, text())
        .asks("event", false, text())
        .asks("filter", false, text())
        .asks("after", false, text())
        .refuses(&[400])
        .gives_text("application/x-ndjson"),
        Call::new(
            s,
            Get,
            "/api/analytics/events/names",
            "eventNames",
            "The names that events have",
        )
        .refuses(&[422, 504])
        .gives_list::<EventName>(),
        Call::new(
            s,
            Get,
            "/api/analytics/events/properties",
            "eventProperties",
            "The properties that events have",
        )
        .asks("event", false, text())
        .refuses(&[504])
        .gives_list::<EventProperty>(),
        Call::new(
            s,
            Get,
            "/api/analytics/events/values",
            "propertyValues",
            "The values that a property has",
        )
        .asks("property", true, text())
        .asks("event", false, text())
        .asks("search", false, text())
        .asks("limit", false, number(1, 1_000))
        .refuses(&[504])
        .gives::<PropertyValues>(200),
        Call::new(s, Post, query, "ask", "Ask a question")
            .takes::<Query>()
            .asks("explain", false, text())
            .refuses(&[504])
            .gives::<Answer>(200),
        Call::new(
            s,
            Get,
            query,
            "askByUrl",
            "Ask a question that is written as JSON in `q`",
        )
        .asks("q", true, text())
        .asks("explain", false, text())
        .refuses(&[400, 504])
        .gives::<Answer>(200),
        Call::new(s, Post, "/api/analytics/sql", "askInSql", "Ask with one SELECT")
            .takes::<SqlSpec>()
            .asks("explain", false, text())
            .refuses(&[504])
            .gives::<Answer>(200),
    ]
}

fn segments(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let one = "/api/segments/{id}";
    vec![
        Call::new(s, Get, "/api/segments", "listSegments", "Saved segments")
            .in_pages()
            .gives_list::<Segment>(),
        Call::new(s, Post, "/api/segments", "createSegment", "Save a segment")
            .takes::<SegmentSpec>()
            .gives::<Segment>(201),
        Call::new(s, Get, one, "getSegment", "A segment")
            .if_none_match()
            .gives::<Segment>(200),
        Call::new(s, Put, one, "replaceSegment", "Change a segment")
            .takes::<SegmentSpec>()
            .if_match()
            .gives::<Segment>(200),
        Call::new(s, Delete, one, "deleteSegment", "Delete a segment")
            .if_match()
            .gives_nothing(),
    ]
}

fn dashboards(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let one = "/api/dashboards/{id}";
    let shares = "/api/dashboards/{id}/shares";
    vec![
        Call::new(
            s,
            Get,
            "/api/dashboards",
            "listDashboards",
            "Dashboards, newest first",
        )
        .in_pages()
        .gives_list::<Dashboard>(),
        Call::new(s, Post, "/api/dashboards", "createDashboard", "Make a dashboard")
            .takes::<DashboardSpec>()
            .gives::<Dashboard>(201),
        Call::new(s, Get, one, "getDashboard", "A dashboard")
            .if_none_match()
            .gives::<Dashboard>(200),
        Call::new(s, Put, one, "replaceDashboard", "Change a dashboard")
            .takes::<DashboardSpec>()
            .if_match()
            .gives::<Dashboard>(200),
        Call::new(s, Delete, one, "deleteDashboard", "Delete a dashboard")
            .if_match()
            .gives_nothing(),
        Call::new(
            s,
            Post,
            "/api/dashboards/{id}/duplicate",
            "duplicateDashboard",
            "Copy a dashboard with its widgets",
        )
        .gives::<Dashboard>(201),
        Call::new(s, Get, shares, "listShares", "Links that show a dashboard")
            .in_pages()
            .gives_list::<Share>(),
        Call::new(s, Post, shares, "share", "Make a link; it is told once")
            .takes::<ShareRequest>()
            .gives::<NewShare>(201),
        Call::new(
            s,
            Get,
            "/api/shares",
            "listAllShares",
            "Links that show any dashboard of the organization, newest first",
        )
        .in_pages()
        .gives_list::<Share>(),
        Call::new(
            s,
            Post,
            "/api/shares/{id}/rotate",
            "rotateShare",
            "Give a link another address",
        )
        .gives::<NewShare>(200),
        Call::new(s, Delete, "/api/shares/{id}", "revokeShare", "Take a link back").gives_nothing(),
    ]
}

/// What a dashboard was, is called and is marked with, and where it comes from.
fn around_dashboards(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let favourite = "/api/dashboards/{id}/favourite";
    let notes = "/api/dashboards/{id}/annotations";
    let restore = "/api/dashboards/{id}/versions/{version}/restore";
    vec![
        Call::new(
            s,
            Post,
            "/api/dashboards/import",
            "importDashboard",
            "Make a dashboard of a document",
        )
        .takes::<Anything>()
        .gives::<Dashboard>(201),
        Call::new(
            s,
            Get,
            "/api/dashboards/{id}/export",
            "exportDashboard",
            "A dashboard as a document",
        )
        .gives::<Anything>(200),
        Call::new(
            s,
            Get,
            "/api/dashboards/{id}/versions",
            "listVersions",
            "What a dashboard was before",
        )
        .in_pages()
        .gives_list::<Anything>(),
        Call::new(s, Post, restore, "restoreVersion", "Make a dashboard what it was")
            .if_match()
            .gives::<Dashboard>(200),
        Call::new(
            s,
            Put,
            favourite,
            "markDashboard",
            "Mark a dashboard as a favourite",
        )
        .gives_nothing(),
        Call::new(s, Delete, favourite, "unmarkDashboard", "Take the mark away").gives_nothing(),
        Call::new(
            s,
            Get,
            notes,
            "listDashboardAnnotations",
            "What happened, as charts of a dashboard say",
        )
        .in_pages()
        .gives_list::<Anything>(),
        Call::new(
            s,
            Post,
            notes,
            "annotateDashboard",
            "Say on a dashboard's charts what happened",
        )
        .takes::<Anything>()
        .gives::<Anything>(201),
        Call::new(
            s,
            Get,
            "/api/annotations",
            "listAnnotations",
            "What happened, as all charts say",
        )
        .in_pages()
        .gives_list::<Anything>(),
        Call::new(
            s,
            Post,
            "/api/annotations",
            "annotate",
            "Say on all charts what happened",
        )
        .takes::<Anything>()
        .gives::<Anything>(201),
        Call::new(
            s,
            Delete,
            "/api/annotations/{id}",
            "deleteAnnotation",
            "Take an annotation away",
        )
        .gives_nothing(),
    ]
}

fn templates(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::new(
            s,
            Get,
            "/api/templates",
            "listTemplates",
            "Dashboards to begin with",
        )
        .gives_list::<Anything>(),
        Call::new(
            s,
            Post,
            "/api/templates/{name}",
            "useTemplate",
            "Make a dashboard of a template",
        )
        .gives::<Dashboard>(201),
    ]
}

fn profiles(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::new(
            s,
            Get,
            "/api/analytics/users/{id}",
            "getUser",
            "What was said of a user",
        )
        .gives::<Anything>(200),
        Call::new(
            s,
            Get,
            "/api/analytics/users",
            "listUsers",
            "Who did the events that a question means, without one those of the last 30 days; with a search, people by what is known of them",
        )
        .asks("q", false, text())
        .asks("search", false, text())
        .in_pages()
        .refuses(&[400, 504])
        .gives_list::<ListedPerson>(),
        Call::new(
            s,
            Get,
            "/api/analytics/users/{id}/events",
            "listUserEvents",
            "What a user did, the newest first",
        )
        .in_pages()
        .refuses(&[504])
        .gives_list::<Anything>(),
        Call::new(
            s,
            Get,
            "/api/analytics/users/{id}/sessions",
            "listUserSessions",
            "When a user was there, the newest first",
        )
        .in_pages()
        .refuses(&[504])
        .gives_list::<PersonSession>(),
        Call::new(
            s,
            Get,
            "/api/widgets/{id}/behind",
            "behindMark",
            "The question for the events or the users that a mark of a widget's chart stands for",
        )
        .asks("from", false, text())
        .asks("to", false, text())
        .asks("value", false, text())
        .asks("place", false, text())
        .asks("range", false, text())
        .asks("first", false, text())
        .asks("last", false, text())
        .asks("filter", false, text())
        .asks("breakdown", false, text())
        .asks("variables", false, text())
        .gives::<Whose>(200),
        Call::new(
            s,
            Get,
            "/api/analytics/groups/{type}/{id}",
            "getGroup",
            "What was said of a group",
        )
        .gives::<Anything>(200),
    ]
}

/// Dashboards and widgets on paper, and frames that another site signs for.
fn taken_along(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let mut document = Call::new(
        s,
        Get,
        "/api/dashboards/{id}/document.pdf",
        "dashboardOnPaper",
        "A dashboard as PDF, as the page with this address shows it",
    );
    for name in ["range", "from", "to", "filter", "compare", "breakdown"] {
        document = document.asks(name, false, text());
    }
    vec![
        document.gives_text("application/pdf"),
        Call::new(
            s,
            Get,
            "/api/widgets/{id}/chart.pdf",
            "widgetOnPaper",
            "A widget's card as PDF",
        )
        .refuses(&[422, 504])
        .gives_text("application/pdf"),
        Call::new(
            s,
            Post,
            "/api/shares/{id}/embed-key",
            "makeEmbedKey",
            "Make the key that frames of a share are signed with; the one before signs nothing any more",
        )
        .gives::<EmbedKey>(201),
        Call::new(
            s,
            Delete,
            "/api/shares/{id}/embed-key",
            "endEmbedKey",
            "End the key that frames of a share are signed with",
        )
        .gives_nothing(),
    ]
}

fn widgets(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    let of_board = "/api/dashboards/{id}/widgets";
    let one = "/api/widgets/{id}";
    let mut described = vec![
        figures(
            s,
            "/api/widgets/{id}/data",
            "widgetData",
            "The answer to a widget's question",
        )
        .gives::<Answer>(200),
        figures(
            s,
            "/api/widgets/{id}/chart.svg",
            "widgetChart",
            "A widget's chart",
        )
        .gives_text("image/svg+xml"),
        figures(
            s,
            "/api/widgets/{id}/chart.png",
            "widgetPicture",
            "A widget's chart as PNG",
        )
        .gives_text("image/png"),
        figures(
            s,
            "/api/widgets/{id}/data.csv",
            "widgetCsv",
            "A widget's figures as CSV",
        )
        .gives_text("text/csv"),
    ];
    described.extend(vec![
        Call::new(s, Get, of_board, "listWidgets", "The widgets of a dashboard")
            .in_pages()
            .gives_list::<Widget>(),
        Call::new(s, Post, of_board, "createWidget", "Put a widget on a dashboard")
            .takes::<WidgetSpec>()
            .gives::<Widget>(201),
        Call::new(
            s,
            Patch,
            of_board,
            "placeWidgets",
            "Move and resize widgets of a dashboard, all or none",
        )
        .takes::<WidgetPlaces>()
        .if_match()
        .gives_list::<Widget>(),
        Call::new(s, Get, one, "getWidget", "A widget")
            .if_none_match()
            .gives::<Widget>(200),
        Call::new(s, Put, one, "replaceWidget", "Change a widget")
            .takes::<WidgetSpec>()
            .if_match()
            .gives::<Widget>(200),
        Call::new(s, Delete, one, "deleteWidget", "Delete a widget")
            .if_match()
            .gives_nothing(),
    ]);
    described
}

/// What a widget's question can be refused with.
fn figures<'s>(
    schemas: &'s mut Schemas,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Call<'s> {
    Call::new(schemas, Get, path, id, summary).refuses(&[422, 504])
}

fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let s = schemas;
    vec![
        Call::open(s, Get, "/healthz", "healthz", "The process is alive").gives_text("text/plain"),
        Call::open(s, Get, "/readyz", "readyz", "Everything that is needed works").gives::<Report>(200),
        Call::open(
            s,
            Get,
            "/metrics",
            "metrics",
            "Figures for Prometheus, for private networks",
        )
        .refuses(&[404])
        .gives_text("text/plain"),
        Call::open(
            s,
            Get,
            "/api/address",
            "address",
            "Where this request came from, as far as the server can tell",
        )
        .gives::<Seen>(200),
        Call::new(
            s,
            Get,
            "/api/ws",
            "live",
            "Live updates: a WebSocket; see the documentation",
        )
        .refuses(&[400, 426])
        .gives_text("text/plain"),
        Call::open(s, Get, "/api/openapi.json", "openapi", "This document").gives_text("application/json"),
        Call::open(s, Get, "/api/docs", "docs", "This document as a page").gives_text("text/html"),
    ]
}
