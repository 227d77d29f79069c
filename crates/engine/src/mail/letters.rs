//! What letters say, and what they are about.

use model::Timestamp;
use model::mail::LetterKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A letter that is to be sent.
pub(crate) struct Due {
    /// What it says.
    pub(crate) letter: Letter,
    /// What it is for.
    pub(crate) kind: LetterKind,
    /// The account, the invitation or the organization that it is about.
    pub(crate) about: Uuid,
    /// The organization whose administrators hear that it did not arrive.
    pub(crate) org: Option<Uuid>,
    /// The account that it is about, where it is a letter to somebody about their own.
    pub(crate) user: Option<Uuid>,
    /// Afterwards it is of no use.
    pub(crate) good_until: Timestamp,
}

/// One letter with one link in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) lead: String,
    pub(super) link: String,
    pub(super) end: String,
}

impl Letter {
    /// To choose another password.
    pub(crate) fn reset(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            subject: "Choose another password for DataPulse".to_owned(),
            lead: "Somebody, probably you, asked for another password for your DataPulse account. Choose it here:".to_owned(),
            link,
            end: "The link works once, for an hour. It was not you? Then leave this letter alone: nothing has changed."
                .to_owned(),
        }
    }

    /// To confirm an address.
    pub(crate) fn confirm(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            subject: "Confirm your e-mail address for DataPulse".to_owned(),
            lead: "Please confirm that this address is yours:".to_owned(),
            link,
            end: "The link works once, for three days. You know nothing of an account at DataPulse? Then leave this letter alone."
                .to_owned(),
        }
    }

    /// To join an organization.
    pub(crate) fn invitation(to: &str, organization: &str, role: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            subject: format!("Join {} on DataPulse", one_line(organization)),
            lead: format!(
                "You are invited to {} as {role}. Have a look:",
                one_line(organization)
            ),
            link,
            end: "The link works once, for a week, and for this address alone.".to_owned(),
        }
    }

    /// Of the events that an organization's plan allows in a month, so many percent are used.
    pub(crate) fn quota(to: &str, organization: &str, used: &Used, link: String) -> Self {
        let organization = one_line(organization);
        let Used {
            percent,
            events,
            limit,
        } = used;
        let (subject, end) = if *percent >= 100 {
            (
                format!("{organization} has used up this month's events"),
                "What is sent from now on is answered and not kept, until the month is over or the plan allows more. \
                 Whoever runs this server changes plans."
                    .to_owned(),
            )
        } else {
            (
                format!("{organization} has used {percent} % of this month's events"),
                "Nothing is lost so far. When they are used up, what is sent is answered and not kept until the month is \
                 over. Whoever runs this server changes plans."
                    .to_owned(),
            )
        };
        Self {
            to: to.to_owned(),
            subject,
            lead: format!(
                "{organization} has sent {} events this month, of the {} that its plan allows. Have a look:",
                number(*events),
                number(*limit)
            ),
            link,
            end,
        }
    }

    /// Says in the log what would have been sent.
    pub(super) fn tell(self) {
        let Self {
            to, subject, link, ..
        } = self;
        tracing::info!(
            to,
            subject,
            link,
            "no mail server is set; give this link to the person"
        );
    }

    pub(super) fn text(&self) -> String {
        format!(
            "Hello,\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n",
            self.lead, self.link, self.end
        )
    }
}

/// What an organization used of a month's events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// The step that was reached: 80 or 100.
    pub(crate) percent: u64,
    /// Events so far.
    pub(crate) events: u64,
    /// Events that the plan allows.
    pub(crate) limit: u64,
}

/// With a comma after each three digits.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let numbers = [0, 999, 1_000, 12_345, 1_234_567].map(number);
        assert_eq!(numbers, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}
