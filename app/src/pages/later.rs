//! Pages whose code the browser fetches when somebody opens them: the first page stays small.

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

use super::keys::KeysPage;
use super::organization::OrganizationPage;
use crate::editor::EditorPage;

/// Making and changing a widget.
pub(super) struct EditorRoute;

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
pub(super) struct KeysRoute;

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
pub(super) struct OrganizationRoute;

#[lazy_route]
impl LazyRoute for OrganizationRoute {
    fn data() -> Self {
        Self
    }

    fn view(_route: Self) -> AnyView {
        view! { <OrganizationPage /> }.into_any()
    }
}
