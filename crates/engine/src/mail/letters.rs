//! What letters say.

/// One letter with one link in it.
#[derive(Clone, PartialEq, Eq)]
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

    pub(super) fn text(&self) -> String {
        format!(
            "Hello,\r\n\r\n{}\r\n\r\n{}\r\n\r\n{}\r\n",
            self.lead, self.link, self.end
        )
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
