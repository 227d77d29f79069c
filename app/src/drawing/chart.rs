//! A chart that the server drew and that the browser draws anew when its frame has another size.

use charts::{ChartSpec, Theme};
use leptos::html::Figure;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos::web_sys::{Element, ResizeObserver};
use model::answer::Answer;
use model::dashboard::{WidgetOptions, WidgetType};

use super::Box2;
use super::renderer::redraw;
use crate::language::drawn;

/// Differences in size that nobody sees, in pixels.
const UNNOTICED: u32 = 12;

/// The picture of an answer.
pub(crate) fn svg(answer: &Answer, kind: WidgetType, options: &WidgetOptions, room: Box2) -> String {
    let spec = ChartSpec {
        kind,
        options: options.clone(),
        width: room.width,
        height: room.height,
        theme: Theme::Page,
    };
    drawn(|| charts::render(answer, &spec)).into_string()
}

/// A chart in the app.
#[component]
pub(crate) fn Chart(answer: Answer, kind: WidgetType, options: WidgetOptions, room: Box2) -> impl IntoView {
    let frame = NodeRef::<Figure>::new();
    // In the browser the picture of the server stays: hydration keeps the inside of the element as it is.
    let first = if cfg!(feature = "ssr") {
        svg(&answer, kind, &options, room)
    } else {
        String::new()
    };
    let class = if kind == WidgetType::Stat {
        "chart spark"
    } else {
        "chart"
    };
    let drawn = is_taken_over().then_some(room);
    follow(frame, answer, kind, options, drawn);
    // Its script, `public/scripts/charts.js`, lets the arrow keys walk over the marks.
    let tabindex = (kind != WidgetType::Stat).then_some("0");
    view! { <figure class=class tabindex=tabindex node_ref=frame inner_html=first></figure> }
}

/// Whether the page is being taken over from the server, picture and all.
pub(crate) fn is_taken_over() -> bool {
    Owner::current_shared_context().is_some_and(|shared| shared.during_hydration())
}

fn follow(
    frame: NodeRef<Figure>,
    answer: Answer,
    kind: WidgetType,
    options: WidgetOptions,
    drawn: Option<Box2>,
) {
    let size = RwSignal::new(None::<Box2>);
    let drawn = StoredValue::new(drawn);
    Effect::new(move |_| {
        let Some(element) = frame.get() else { return };
        let Some(wanted) = size.get().or_else(|| measured(&element)) else {
            return;
        };
        if drawn.get_value().is_some_and(|drawn| looks_alike(drawn, wanted)) {
            return;
        }
        drawn.set_value(Some(wanted));
        let picture = redraw(answer.clone(), kind, options.clone(), wanted);
        leptos::task::spawn_local(async move {
            let picture = picture.await;
            // Meanwhile the frame may have got another size, or be gone.
            if drawn.try_get_value().flatten() == Some(wanted) {
                element.set_inner_html(&picture);
            }
        });
    });
    // The effect keeps the watch: a local value of the page itself would be dropped by another thread on the server.
    Effect::new(move |_: Option<Option<Watch>>| {
        let observed: Element = frame.get()?.into();
        let target = observed.clone();
        Watch::start(&observed, move || {
            if let Some(now) = measured(&target) {
                size.try_set(Some(now));
            }
        })
    });
}

fn measured(element: &Element) -> Option<Box2> {
    let pixels = |length: i32| u32::try_from(length).ok().filter(|length| *length > 0);
    Some(Box2 {
        width: pixels(element.client_width())?,
        height: pixels(element.client_height())?,
    })
}

fn looks_alike(one: Box2, other: Box2) -> bool {
    one.width.abs_diff(other.width) <= UNNOTICED && one.height.abs_diff(other.height) <= UNNOTICED
}

/// Watches an element's size until it is dropped.
struct Watch {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut()>,
}

impl Watch {
    fn start(element: &Element, changed: impl FnMut() + 'static) -> Option<Self> {
        let changed = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _changed: changed,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
