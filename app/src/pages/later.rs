//! Pages whose code the browser fetches when somebody opens them: the first page stays small.
//!
//! Only a release is split: a development build carries everything, so that `cargo leptos watch` needs no options.

#[cfg(debug_assertions)]
pub(super) use whole::{editor, keys, live, organization};

#[cfg(not(debug_assertions))]
pub(super) use split::{editor, keys, live, organization};

#[cfg(debug_assertions)]
mod whole {
    use leptos::prelude::*;

    use crate::editor::EditorPage;
    use crate::pages::keys::KeysPage;
    use crate::pages::live::LivePage;
    use crate::pages::organization::OrganizationPage;

    pub(in crate::pages) fn live() -> fn() -> AnyView {
        || view! { <LivePage /> }.into_any()
    }

    pub(in crate::pages) fn editor() -> fn() -> AnyView {
        || view! { <EditorPage /> }.into_any()
    }

    pub(in crate::pages) fn keys() -> fn() -> AnyView {
        || view! { <KeysPage /> }.into_any()
    }

    pub(in crate::pages) fn organization() -> fn() -> AnyView {
        || view! { <OrganizationPage /> }.into_any()
    }
}

#[cfg(not(debug_assertions))]
mod split {
    use leptos::prelude::*;
    use leptos_router::{Lazy, LazyRoute, lazy_route};

    use crate::editor::EditorPage;
    use crate::pages::keys::KeysPage;
    use crate::pages::live::LivePage;
    use crate::pages::organization::OrganizationPage;

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

    /// Making and changing a widget.
    pub(in crate::pages) struct EditorRoute;

    #[lazy_route]
    impl LazyRoute for EditorRoute {
        fn data() -> Self {
            Self
        }

        fn view(_route: Self) -> AnyView {
            view! { <EditorPage /> }.into_any()
        }
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
}
