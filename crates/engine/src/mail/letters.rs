//! What letters say, in the current language, and what they are about.

use model::Timestamp;
use model::account::turns_text_around;
use model::format::exact;
use model::language::{t, t_with};
use model::mail::LetterKind;
use model::role::Role;
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
    pub(super) hello: String,
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
            hello: t("Hello,").to_owned(),
            subject: t("Choose another password for DataPulse").to_owned(),
            lead: t("Somebody, probably you, asked for another password for your DataPulse account. Choose it here:").to_owned(),
            link,
            end: t("The link works once, for an hour. It was not you? Then leave this letter alone: nothing has changed.")
                .to_owned(),
        }
    }

    /// To confirm an address.
    pub(crate) fn confirm(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t("Confirm your e-mail address for DataPulse").to_owned(),
            lead: t("Please confirm that this address is yours:").to_owned(),
            link,
            end: t("The link works once, for three days. You know nothing of an account at DataPulse? Then leave this letter alone.")
                .to_owned(),
        }
    }

    /// To give an account the address that the letter goes to.
    pub(crate) fn address(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t("Use this address for DataPulse").to_owned(),
            lead: t("Somebody, probably you, wants to sign in to DataPulse with this address from now on. Confirm it here:")
                .to_owned(),
            link,
            end: t("The link works once, for a day. It was not you? Then leave this letter alone: nothing has changed.")
                .to_owned(),
        }
    }

    /// To an address that somebody wants for another account.
    pub(crate) fn address_has_account(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t("This address has an account at DataPulse").to_owned(),
            lead: t("Somebody, probably you, wants to use this address for another DataPulse account. It has one already: sign in here.")
                .to_owned(),
            link,
            end: t("It was not you? Then leave this letter alone: nothing has changed.").to_owned(),
        }
    }

    /// To the address of an account for which another one was asked.
    pub(crate) fn address_asked(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t("Another address was asked for at DataPulse").to_owned(),
            lead: t("Somebody who knows your password, probably you, wants another address for your DataPulse account. It was not you? Then choose another password here, which ends it:").to_owned(),
            link,
            end: t("Until the other address is confirmed, nothing changes.").to_owned(),
        }
    }

    /// To the address that an account had before.
    pub(crate) fn address_changed(to: &str, link: String) -> Self {
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t("Your address at DataPulse is changed").to_owned(),
            lead: t("Your DataPulse account has another address now. Sign in with that one:").to_owned(),
            link,
            end: t("It was not you? Then write to whoever runs this server, soon.").to_owned(),
        }
    }

    /// To join an organization.
    pub(crate) fn invitation(to: &str, organization: &str, role: Role, link: String) -> Self {
        let organization = one_line(organization);
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject: t_with("Join {0} on DataPulse", &[&organization]),
            lead: t_with(
                "You are invited to {0} as {1}. Have a look:",
                &[&organization, t(role.as_str())],
            ),
            link,
            end: t("The link works once, for a week, and for this address alone.").to_owned(),
        }
    }

    /// Of the events that an organization's plan allows in a month, so many percent are used.
    pub(crate) fn quota(to: &str, organization: &str, used: &Used, link: String) -> Self {
        let organization = one_line(organization);
        let (subject, end) = if used.percent >= 100 {
            (
                t_with("{0} has used up this month's events", &[&organization]),
                t(
                    "What is sent from now on is answered and not kept, until the month is over or the plan allows more. Whoever runs this server changes plans.",
                ),
            )
        } else {
            (
                t_with(
                    "{0} has used {1} % of this month's events",
                    &[&organization, &used.percent.to_string()],
                ),
                t(
                    "Nothing is lost so far. When they are used up, what is sent is answered and not kept until the month is over. Whoever runs this server changes plans.",
                ),
            )
        };
        Self {
            to: to.to_owned(),
            hello: t("Hello,").to_owned(),
            subject,
            lead: t_with(
                "{0} has sent {1} events this month, of the {2} that its plan allows. Have a look:",
                &[&organization, &count(used.events), &count(used.limit)],
            ),
            link,
            end: end.to_owned(),
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
            "{}\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n",
            self.hello, self.lead, self.link, self.end
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

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody has so many events that digits are lost"
)]
fn count(events: u64) -> String {
    exact(events as f64)
}

fn one_line(text: &str) -> String {
    let stays = |letter: &char| !letter.is_control() && !turns_text_around(*letter);
    text.chars().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use model::language::{Language, within};

    use super::*;

    #[test]
    fn letters_are_in_the_language_of_whoever_reads_them() {
        let used = Used {
            percent: 80,
            events: 800_000,
            limit: 1_000_000,
        };
        let letter = || {
            Letter::quota(
                "ada@example.org",
                "Acme",
                &used,
                "https://stats.example.org".to_owned(),
            )
        };
        let (english, german) = (letter(), within(Language::German, letter));
        assert_eq!(english.subject, "Acme has used 80 % of this month's events");
        assert!(english.text().contains("800,000 events"), "{}", english.text());
        assert_eq!(
            german.subject,
            "Acme hat 80 % der Ereignisse dieses Monats verbraucht"
        );
        assert!(
            german.text().starts_with("Hallo,") && german.text().contains("800.000 Ereignisse"),
            "{}",
            german.text()
        );
        let invited = within(Language::German, || {
            Letter::invitation("bo@example.org", "Ac\r\nme", Role::Viewer, String::new())
        });
        assert_eq!(invited.subject, "Komm zu Acme bei DataPulse");
        assert!(invited.lead.contains("Betrachter"), "{}", invited.lead);
    }
}
