//! Pages whose code the browser fetches when somebody opens them: the first page stays small.
//!
//! Only a release is split: a development build carries everything, so that `cargo leptos watch` needs no options.

#[cfg(debug_assertions)]
pub(super) use whole::{
    account, changes, data, editor, explore, invitation, keys, live, members, organization, segments, shares,
    start, user, users,
};

#[cfg(not(debug_assertions))]
pub(super) use split::{
    account, changes, data, editor, explore, invitation, keys, live, members, organization, segments, shares,
    start, user, users,
};

#[cfg(debug_assertions)]
mod whole {
    use leptos::prelude::*;

    use crate::editor;
    use crate::pages::account::AccountPage;
    use crate::pages::changes::ChangesPage;
    use crate::pages::data::DataSettingsPage;
    use crate::pages::invitation::{InvitationPage, StartPage};
    use crate::pages::keys::KeysPage;
    use crate::pages::live::LivePage;
    use crate::pages::members::MembersPage;
    use crate::pages::organization::OrganizationPage;
    use crate::pages::segments::SegmentsPage;
    use crate::pages::shares::SharesPage;
    use crate::pages::user::UserPage;
    use crate::pages::users::UsersPage;

    pub(in crate::pages) fn live() -> fn() -> AnyView {
        || view! { <LivePage /> }.into_any()
    }

    pub(in crate::pages) fn editor() -> fn() -> AnyView {
        editor::page_of_the_address
    }

    pub(in crate::pages) fn explore() -> fn() -> AnyView {
        editor::page_of_the_address
    }

    pub(in crate::pages) fn keys() -> fn() -> AnyView {
        || view! { <KeysPage /> }.into_any()
    }

    pub(in crate::pages) fn organization() -> fn() -> AnyView {
        || view! { <OrganizationPage /> }.into_any()
    }

    pub(in crate::pages) fn account() -> fn() -> AnyView {
        || view! { <AccountPage /> }.into_any()
    }

    pub(in crate::pages) fn changes() -> fn() -> AnyView {
        || view! { <ChangesPage /> }.into_any()
    }

    pub(in crate::pages) fn data() -> fn() -> AnyView {
        || view! { <DataSettingsPage /> }.into_any()
    }

    pub(in crate::pages) fn invitation() -> fn() -> AnyView {
        || view! { <InvitationPage /> }.into_any()
    }

    pub(in crate::pages) fn members() -> fn() -> AnyView {
        || view! { <MembersPage /> }.into_any()
    }

    pub(in crate::pages) fn segments() -> fn() -> AnyView {
        || view! { <SegmentsPage /> }.into_any()
    }

    pub(in crate::pages) fn shares() -> fn() -> AnyView {
        || view! { <SharesPage /> }.into_any()
    }

    pub(in crate::pages) fn start() -> fn() -> AnyView {
        || view! { <StartPage /> }.into_any()
    }

    pub(in crate::pages) fn user() -> fn() -> AnyView {
        || view! { <UserPage /> }.into_any()
    }

    pub(in crate::pages) fn users() -> fn() -> AnyView {
        || view! { <UsersPage /> }.into_any()
    }
}

#[cfg(not(debug_assertions))]
mod split {
    use leptos::prelude::*;
    use leptos_router::{Lazy, LazyRoute, lazy_route};

    use crate::editor;
    use crate::pages::account::AccountPage;
    use crate::pages::changes::ChangesPage;
    use crate::pages::data::DataSettingsPage;
    use crate::pages::invitation::{InvitationPage, StartPage};
    use crate::pages::keys::KeysPage;
    use crate::pages::live::LivePage;
    use crate::pages::members::MembersPage;
    use crate::pages::organization::OrganizationPage;
    use crate::pages::segments::SegmentsPage;
    use crate::pages::shares::SharesPage;
    use crate::pages::user::UserPage;
    use crate::pages::users::UsersPage;

    pub(in crate::pages) fn live() -> Lazy<LiveRoute> {
        Lazy::new()
    }

    pub(in crate::pages) fn editor() -> Lazy<EditorRoute> {
        Lazy::new()
    }

    pub(in crate::pages) fn keys() -> Lazy<KeysRoute> {
        Lazy::new()
    }

    pub(in crate::pages) fn organization() -> Lazy<OrganizationRoute> {
        Lazy::new()
    }

    /// What happens now.
    pub(in crate::pages) struct LiveRoute;

    #[lazy_route]
    impl LazyRoute for LiveRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <LivePage /> }.into_any()
        }
    }

    /// Making and changing a widget, and asking for its own sake: in one file, or what both use would be in the first.
    pub(in crate::pages) struct EditorRoute;

    #[lazy_route]
    impl LazyRoute for EditorRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            editor::page_of_the_address()
        }
    }

    pub(in crate::pages) fn explore() -> Lazy<EditorRoute> {
        Lazy::new()
    }

    /// The organization's keys.
    pub(in crate::pages) struct KeysRoute;

    #[lazy_route]
    impl LazyRoute for KeysRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <KeysPage /> }.into_any()
        }
    }

    /// The organization itself.
    pub(in crate::pages) struct OrganizationRoute;

    #[lazy_route]
    impl LazyRoute for OrganizationRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <OrganizationPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn account() -> Lazy<AccountRoute> {
        Lazy::new()
    }

    /// The person's own account.
    pub(in crate::pages) struct AccountRoute;

    #[lazy_route]
    impl LazyRoute for AccountRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <AccountPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn changes() -> Lazy<ChangesRoute> {
        Lazy::new()
    }

    /// The organization's record.
    pub(in crate::pages) struct ChangesRoute;

    #[lazy_route]
    impl LazyRoute for ChangesRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <ChangesPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn data() -> Lazy<DataRoute> {
        Lazy::new()
    }

    /// What becomes of the organization's events.
    pub(in crate::pages) struct DataRoute;

    #[lazy_route]
    impl LazyRoute for DataRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <DataSettingsPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn invitation() -> Lazy<InvitationRoute> {
        Lazy::new()
    }

    /// What an invitation's link opens.
    pub(in crate::pages) struct InvitationRoute;

    #[lazy_route]
    impl LazyRoute for InvitationRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <InvitationPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn members() -> Lazy<MembersRoute> {
        Lazy::new()
    }

    /// Who belongs to the organization.
    pub(in crate::pages) struct MembersRoute;

    #[lazy_route]
    impl LazyRoute for MembersRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <MembersPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn segments() -> Lazy<SegmentsRoute> {
        Lazy::new()
    }

    /// Filters with a name.
    pub(in crate::pages) struct SegmentsRoute;

    #[lazy_route]
    impl LazyRoute for SegmentsRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <SegmentsPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn shares() -> Lazy<SharesRoute> {
        Lazy::new()
    }

    /// Links to dashboards, and their ends.
    pub(in crate::pages) struct SharesRoute;

    #[lazy_route]
    impl LazyRoute for SharesRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <SharesPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn start() -> Lazy<StartRoute> {
        Lazy::new()
    }

    /// Where somebody without an organization begins.
    pub(in crate::pages) struct StartRoute;

    #[lazy_route]
    impl LazyRoute for StartRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <StartPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn user() -> Lazy<UserRoute> {
        Lazy::new()
    }

    /// One person.
    pub(in crate::pages) struct UserRoute;

    #[lazy_route]
    impl LazyRoute for UserRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <UserPage /> }.into_any()
        }
    }

    pub(in crate::pages) fn users() -> Lazy<UsersRoute> {
        Lazy::new()
    }

    /// Who did something.
    pub(in crate::pages) struct UsersRoute;

    #[lazy_route]
    impl LazyRoute for UsersRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <UsersPage /> }.into_any()
        }
    }
}
