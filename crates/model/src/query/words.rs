//! What people call the properties that events get here, and the labels that are made of them. Only for reading: questions, JSON and
//! CSV keep the names.

use std::borrow::Cow;

use super::{Measure, Property};
use crate::language::{key, t, t_with};

const WORDS: [(&str, &str); 34] = [
    ("$name", key("Event")),
    ("$timestamp", key("Time")),
    ("$user_id", key("User")),
    ("$anonymous_id", key("Visitor")),
    ("$session_id", key("Session")),
    ("$url", key("Address")),
    ("$host", key("Website")),
    ("$path", key("Path")),
    ("$title", key("Page title")),
    ("$referrer", key("Referrer")),
    ("$referrer_domain", key("Referring website")),
    ("$channel", key("Channel")),
    ("$browser", key("Browser")),
    ("$browser_version", key("Browser version")),
    ("$os", key("Operating system")),
    ("$os_version", key("Version of the system")),
    ("$device", key("Device")),
    ("$device_type", key("Kind of device")),
    ("$device_model", key("Model of the device")),
    ("$screen", key("Screen")),
    ("$screen_width", key("Width of the screen")),
    ("$screen_height", key("Height of the screen")),
    ("$country", key("Country")),
    ("$region", key("Region")),
    ("$city", key("City")),
    ("$language", key("Language")),
    ("$timezone", key("Time zone")),
    ("$ip", key("IP address")),
    ("$user_agent", key("User agent")),
    ("$bot", key("Bot")),
    ("$app_name", key("App")),
    ("$app_version", key("App version")),
    ("$scroll_depth", key("Scroll depth")),
    ("$engagement_ms", key("Attention in milliseconds")),
];

/// What a property of this name is called, in the current language; one that the sender named keeps its name.
#[must_use]
pub fn property_words(name: &str) -> Cow<'_, str> {
    if let Some((_, words)) = WORDS.iter().find(|(known, _)| *known == name) {
        return Cow::Borrowed(t(words));
    }
    if let Some(key) = name.strip_prefix("$user.") {
        return Cow::Owned(t_with("{0} of the user", &[key]));
    }
    if let Some(kind) = name.strip_prefix("$groups.") {
        return Cow::Owned(t_with("Group: {0}", &[kind]));
    }
    Cow::Borrowed(name)
}

impl Property {
    /// What people call it, as in [`property_words`].
    #[must_use]
    pub fn words(&self) -> String {
        property_words(&self.to_string()).into_owned()
    }
}

/// A label as people read it: one that was made of measure, property and event says them in the current language, any other is
/// what it is.
#[must_use]
pub fn label_words(label: &str) -> Cow<'_, str> {
    made_of(label).map_or(Cow::Borrowed(label), Cow::Owned)
}

/// The words of `Average of $path, page_view` and `Unique users, page_view`; none for a label of another make.
fn made_of(label: &str) -> Option<String> {
    let (counted, event) = label.rsplit_once(", ")?;
    let event = if event == ANY_EVENT { t(ANY_EVENT) } else { event };
    let measure = |words: &str| {
        let found = Measure::ALL.into_iter().find(|measure| measure.words() == words);
        found.map(|measure| t(measure.words()))
    };
    if let Some(measure) = measure(counted) {
        return Some(format!("{measure}, {event}"));
    }
    let (words, property) = counted.split_once(" of ")?;
    let property = property_words(property);
    Some(t_with("{0} of {1}, {2}", &[measure(words)?, &property, event]))
}

/// What a label says where any event counts.
pub(super) const ANY_EVENT: &str = key("any event");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, within};

    #[test]
    fn properties_of_ours_have_words_and_others_keep_their_names() {
        for (name, english, german) in [
            ("$path", "Path", "Pfad"),
            ("$os", "Operating system", "Betriebssystem"),
            ("$user.plan", "plan of the user", "plan des Nutzers"),
            ("$groups.company", "Group: company", "Gruppe: company"),
            ("plan", "plan", "plan"),
            ("$paths", "$paths", "$paths"),
        ] {
            assert_eq!(property_words(name), english);
            assert_eq!(
                within(Language::German, || property_words(name).into_owned()),
                german
            );
        }
        let path: Property = "$path".parse().expect("a property");
        assert_eq!(
            (path.words().as_str(), path.to_string().as_str()),
            ("Path", "$path")
        );
    }

    #[test]
    fn every_name_stands_once() {
        for (at, (name, _)) in WORDS.iter().enumerate() {
            assert!(WORDS[..at].iter().all(|(other, _)| other != name), "{name}");
        }
    }

    #[test]
    fn labels_that_were_made_here_are_said_in_words_and_others_stay() {
        for (label, english, german) in [
            (
                "Average of $scroll_depth, page_view",
                "Average of Scroll depth, page_view",
                "Mittelwert von Scrolltiefe, page_view",
            ),
            (
                "Unique users, any event",
                "Unique users, any event",
                "Verschiedene Nutzer, jedes Ereignis",
            ),
            (
                "Sum of amount, a, b",
                "Sum of amount, a, b",
                "Summe von amount, a, b",
            ),
            ("$path, as it was", "$path, as it was", "$path, as it was"),
            ("page_view", "page_view", "page_view"),
        ] {
            assert_eq!(label_words(label), english);
            assert_eq!(
                within(Language::German, || label_words(label).into_owned()),
                german
            );
        }
    }
}
