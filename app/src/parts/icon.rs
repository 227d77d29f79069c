//! Small line drawings, 16 by 16, in the colour of the text around them.

use leptos::prelude::*;

/// Which drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Dashboards,
    Settings,
    Key,
    Live,
    People,
    Person,
    Plus,
    Minus,
    More,
    Edit,
    Check,
    Close,
    Copy,
    Share,
    Trash,
    Calendar,
    Filter,
    Table,
    Chart,
    Up,
    Down,
    Left,
    Right,
    Chevron,
    Warning,
    Retry,
    Undo,
    Redo,
    FullScreen,
    Download,
    Note,
    Star,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Dashboards => {
                "M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5h-4.5zM9 8h4.5v5.5h-4.5zM2.5 10.5h4.5v3h-4.5z"
            }
            Self::Live => "M1.5 8h3l2-5 3 10 2-5h3",
            Self::Settings => {
                "M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 2.8a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 1 1 0-3.4M6 9.8a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 1 1 0-3.4"
            }
            Self::Key => "M5.5 7.5a3 3 0 1 1 0 6a3 3 0 1 1 0-6M7.7 8.3l5.8-5.8M11 5l2 2M9 7l1.5 1.5",
            Self::People => {
                "M6 2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5M1.5 13.5c0-6 9-6 9 0M10.5 3a2.3 2.3 0 0 1 0 4.4M12 9.2c1.7.6 2.5 2 2.5 4.3"
            }
            Self::Person => "M8 2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 1 1 0-5M3 13.5c0-6 10-6 10 0",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Minus => "M3 8h10",
            Self::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::Edit => "M10.5 3l2.5 2.5l-7.5 7.5h-2.5v-2.5zM9 4.5l2.5 2.5",
            Self::Check => "M3 8.5l3.2 3.2l6.8-7.2",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
            Self::Share => "M8 10v-7.5M5.2 5l2.8-2.8l2.8 2.8M3 8.5v5h10v-5",
            Self::Trash => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
            Self::Calendar => "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
            Self::Filter => "M2.5 4h11M4.5 8h7M6.5 12h3",
            Self::Table => "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 6.3v6.7",
            Self::Chart => "M2.5 13.5h11M4 11v-3M7 11v-6M10 11v-4.5M13 11v-8",
            Self::Up => "M8 13v-10M4 7l4-4l4 4",
            Self::Down => "M8 3v10M4 9l4 4l4-4",
            Self::Left => "M13 8h-10M7 4l-4 4l4 4",
            Self::Right => "M3 8h10M9 4l4 4l-4 4",
            Self::Chevron => "M4.5 6.5l3.5 3.5l3.5-3.5",
            Self::Warning => "M8 2.5l6 11h-12zM8 6.5v3.2M8 11.6h.01",
            Self::Undo => "M3 6h7a3.5 3.5 0 1 1 0 7h-4M5.5 3l-3 3l3 3",
            Self::Redo => "M13 6h-7a3.5 3.5 0 1 0 0 7h4M10.5 3l3 3l-3 3",
            Self::FullScreen => "M2.5 6v-3.5h3.5M10 2.5h3.5v3.5M13.5 10v3.5h-3.5M6 13.5h-3.5v-3.5",
            Self::Download => "M8 2.5v8M4.8 7.5l3.2 3.2l3.2-3.2M3 13.5h10",
            Self::Note => "M4 13.5v-11h8l-2 3l2 3h-8",
            Self::Star => "M8 2.2l1.8 3.7l4 .6l-2.9 2.8l.7 4l-3.6-1.9l-3.6 1.9l.7-4l-2.9-2.8l4-.6z",
            Self::Retry => "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
        }
    }
}

/// The drawing, for decoration: whoever uses it says in words what it means.
pub(crate) fn icon(which: Icon) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=which.path()></path>
        </svg>
    }
    .into_any()
}

/// The mark of DataPulse.
pub(crate) fn mark() -> AnyView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect width="24" height="24" rx="6"></rect>
            <path d="M4.5 13h3.2l2.3-6.5l4 11l2.3-6h3.2"></path>
        </svg>
    }
    .into_any()
}
