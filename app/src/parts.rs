//! What pages are put together from.

pub(crate) mod copy;
pub(crate) mod field;
pub(crate) mod first_event;
pub(crate) mod frame;
pub(crate) mod icon;
pub(crate) mod live;
pub(crate) mod load;
pub(crate) mod outcome;
pub(crate) mod popover;
pub(crate) mod sent;
pub(crate) mod title;
pub(crate) mod toast;
