//! What inputs suggest: events, properties and values from the catalogue, fetched when somebody comes to use them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::catalogue::{EventProperty, PropertyType};
use model::query::{Property, Scalar};

use super::filter::written;
use super::{Editor, USUAL_PROPERTIES};
use crate::api::catalogue as api;
use crate::api::segments::{self, SegmentName};
use crate::parts::live;
use crate::words;

/// The `id` of the list of events.
pub(super) const EVENTS: &str = "events";
/// Events and properties that are suggested; those that are rarer are typed.
const MOST_SUGGESTIONS: usize = 200;

/// What an input wants to suggest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Properties of events of this name, or of any.
    Properties(Option<String>),
    /// Values of a property of them.
    Values(Option<String>, String),
}

/// What was fetched so far.
#[derive(Clone, Copy)]
pub(super) struct Catalogue {
    properties: RwSignal<Vec<(Option<String>, Vec<EventProperty>)>>,
    values: RwSignal<Vec<(Wish, Vec<String>)>>,
    asked: StoredValue<Vec<Wish>>,
    /// The organization's segments; none until they are there.
    pub(super) segments: RwSignal<Option<Vec<SegmentName>>>,
}

impl Catalogue {
    pub(super) fn new() -> Self {
        Self {
            properties: RwSignal::new(Vec::new()),
            values: RwSignal::new(Vec::new()),
            asked: StoredValue::new(Vec::new()),
            segments: RwSignal::new(None),
        }
    }

    /// Fetches the segments, unless they are there.
    pub(super) fn fetch_segments(self) {
        if self.segments.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            // Without them everything else can still be asked.
            let found = segments::segment_names().await.unwrap_or_default();
            self.segments.try_set(Some(found));
        });
    }

    /// Offers a segment that was just made.
    pub(super) fn keep_segment(self, segment: SegmentName) {
        self.segments
            .try_update(|known| known.get_or_insert_with(Vec::new).push(segment));
    }

    /// Fetches what is wished for, unless it is there or on its way.
    fn fetch(self, wish: Wish) {
        if self.asked.with_value(|asked| asked.contains(&wish)) {
            return;
        }
        self.asked.update_value(|asked| asked.push(wish.clone()));
        spawn_local(async move {
            let fetched = match wish.clone() {
                Wish::Properties(event) => {
                    let found = api::event_properties(event.clone()).await;
                    found.map(|found| self.keep_properties(event, found))
                }
                Wish::Values(event, property) => match property.parse::<Property>() {
                    Ok(property) => {
                        let found = api::values_of_property(event, property).await;
                        found.map(|found| {
                            let values = found.items.into_iter().map(|item| item.value).collect();
                            self.keep_values(wish.clone(), values);
                        })
                    }
                    Err(_) => Ok(()),
                },
            };
            // Without suggestions everything can still be typed; next time they are asked for again.
            if fetched.is_err() {
                self.asked
                    .try_update_value(|asked| asked.retain(|known| *known != wish));
            }
        });
    }

    fn keep_properties(self, event: Option<String>, found: Vec<EventProperty>) {
        self.properties.try_update(|known| known.push((event, found)));
    }

    fn keep_values(self, wish: Wish, values: Vec<String>) {
        self.values.try_update(|known| known.push((wish, values)));
    }

    fn suggestions(self, wish: &Wish) -> Vec<String> {
        match wish {
            Wish::Properties(event) => self.property_names(event.as_deref()),
            Wish::Values(event, property) => {
                let is_text = self.is_text(event.as_deref(), property);
                let typed = |value: &String| {
                    if is_text {
                        written(&Scalar::Text(value.clone()))
                    } else {
                        value.clone()
                    }
                };
                self.values.with(|known| {
                    let found = known.iter().find(|(known, _)| known == wish);
                    found.map_or_else(Vec::new, |(_, values)| values.iter().map(typed).collect())
                })
            }
        }
    }

    /// What every event has, and what these events have beside it.
    fn property_names(self, event: Option<&str>) -> Vec<String> {
        let mut names: Vec<String> = USUAL_PROPERTIES.map(str::to_owned).to_vec();
        self.properties.with(|known| {
            let found = known.iter().find(|(known, _)| known.as_deref() == event);
            for property in found.into_iter().flat_map(|(_, found)| found) {
                let is_a_value = property.types != [PropertyType::Object];
                if is_a_value && !names.contains(&property.property) {
                    names.push(property.property.clone());
                }
            }
        });
        names.truncate(MOST_SUGGESTIONS);
        names
    }

    /// Whether its values are text only, so that `200` is not the number.
    fn is_text(self, event: Option<&str>, property: &str) -> bool {
        self.properties.with(|known| {
            let found = known.iter().find(|(known, _)| known.as_deref() == event);
            let mut all = found.into_iter().flat_map(|(_, found)| found);
            all.find(|known| known.property == property)
                .map_or(property.starts_with('$'), |known| {
                    known.types == [PropertyType::Text]
                })
        })
    }

    /// Whether it is a property that these events have, as far as that is known.
    fn has(self, event: Option<&str>, property: &str) -> bool {
        self.property_names(event).iter().any(|known| known == property)
    }
}

impl Editor {
    /// The event of this name, where there is one; properties of others are those of any event.
    fn known_event(self, typed: &str) -> Option<String> {
        let name = typed.trim();
        self.names
            .with_value(|names| names.iter().any(|event| event.name == name))
            .then(|| name.to_owned())
    }

    /// Properties of the event that `event` names.
    pub(super) fn properties_of(self, event: Signal<String>) -> Memo<Option<Wish>> {
        Memo::new(move |_| Some(Wish::Properties(self.known_event(&event.get()))))
    }

    /// Values of `property`, once that is a property which there is.
    pub(super) fn values_of(self, event: Signal<String>, property: Signal<String>) -> Memo<Option<Wish>> {
        Memo::new(move |_| {
            let event = self.known_event(&event.get());
            let property = property.get().trim().to_owned();
            let is_known = self.catalogue.has(event.as_deref(), &property);
            is_known.then_some(Wish::Values(event, property))
        })
    }

    /// The list of events for every input that names one.
    pub(super) fn event_list(self) -> AnyView {
        let names = self.names.with_value(|names| {
            let most = names.iter().take(MOST_SUGGESTIONS);
            most.map(|event| event.name.clone()).collect::<Vec<String>>()
        });
        view! { <datalist id=EVENTS>{options(names)}</datalist> }.into_any()
    }

    /// A list that is fetched as soon as it is wanted.
    pub(super) fn list(self, id: String, wish: Memo<Option<Wish>>, is_wanted: RwSignal<bool>) -> AnyView {
        Effect::new(move |_| {
            if is_wanted.get()
                && let Some(wish) = wish.get()
            {
                self.catalogue.fetch(wish);
            }
        });
        let suggestions = move || {
            let Some(wish) = wish.get() else {
                return ().into_any();
            };
            let found = self.catalogue.suggestions(&wish);
            match wish {
                Wish::Properties(_) => found
                    .into_iter()
                    .map(words::suggested_property)
                    .collect_view()
                    .into_any(),
                Wish::Values(..) => options(found),
            }
        };
        view! { <datalist id=id>{live::part(suggestions)}</datalist> }.into_any()
    }
}

fn options(names: Vec<String>) -> AnyView {
    names
        .into_iter()
        .map(|name| view! { <option value=name></option> })
        .collect_view()
        .into_any()
}
