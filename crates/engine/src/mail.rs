//! Mail: short letters in plain text, sent beside the request that asked for them. Where no server is set, the log tells
//! what would have been sent.

mod letters;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::problem::FieldError;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::error::Error;
pub(crate) use letters::{Letter, Used};

/// Letters on their way at the same time; whoever asks for one more is told in the log.
const ON_THEIR_WAY: usize = 1_000;
/// How long to wait before each further try: what is wrong now may be right in a while.
const TRIES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_mins(1),
    Duration::from_mins(5),
];
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the end of the program waits for letters that are on their way.
const AT_THE_END: Duration = Duration::from_secs(3);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A mail server, and whom its letters are from.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// A transport needs the runtime around it from the beginning, and settings are read before there is one.
    builder: AsyncSmtpTransportBuilder,
    from: Mailbox,
    shown: String,
}

impl MailServer {
    /// Reads `smtps://user:password@host`, `smtp://…?tls=required` or `smtp://…` and an address such as
    /// `DataPulse <stats@example.org>`.
    ///
    /// # Errors
    /// A [`FieldError`] on `smtp_url` or `mail_from`.
    pub fn new(url: &str, from: &str) -> Result<Self, FieldError> {
        let wrong = |_| {
            let message = "This should look like smtps://user:password@mail.example.org.";
            FieldError::new("smtp_url", "invalid", message)
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(wrong)?;
        let from = from.parse().map_err(|_| {
            let message = "This should look like stats@example.org, or DataPulse <stats@example.org>.";
            FieldError::new("mail_from", "invalid", message)
        })?;
        Ok(Self {
            builder: builder.timeout(Some(PATIENCE)),
            from,
            shown: crate::address::without_password(url),
        })
    }

    fn transport(&self) -> Transport {
        self.builder.clone().build()
    }

    /// Whether the server answers, and takes the name and password.
    ///
    /// # Errors
    /// What the server or the network said.
    pub async fn answers(&self) -> Result<(), String> {
        match self.transport().test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer NOOP".to_owned()),
            Err(error) => Err(chain(&error)),
        }
    }
}

impl std::fmt::Display for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Sends letters. Cheap to clone; all clones share the same queue.
#[derive(Clone, Debug)]
pub struct Mailer(Arc<Post>);

#[derive(Debug)]
struct Post {
    server: Option<(MailServer, Transport)>,
    room: Arc<Semaphore>,
    under_way: TaskTracker,
}

impl Mailer {
    /// Sends through `server`; without one, letters are told to the log.
    #[must_use]
    pub fn new(server: Option<MailServer>) -> Self {
        Self(Arc::new(Post {
            server: server.map(|server| {
                let transport = server.transport();
                (server, transport)
            }),
            room: Arc::new(Semaphore::new(ON_THEIR_WAY)),
            under_way: TaskTracker::new(),
        }))
    }

    /// Whether letters reach people.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.server.is_some()
    }

    /// Does `work` beside the request that asked for it, which then takes as long whatever the work is.
    pub(crate) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(place) = Arc::clone(&self.0.room).try_acquire_owned() else {
            tracing::warn!("too much mail is on its way; a letter was left out");
            return;
        };
        self.0.under_way.spawn(async move {
            work.await;
            drop(place);
        });
    }

    /// Sends a letter, in a few tries.
    pub(crate) fn send(&self, letter: Letter) {
        let post = Arc::clone(&self.0);
        self.beside(async move { post.deliver(letter).await });
    }

    /// Waits a moment for letters that are on their way, and takes no more.
    pub async fn close(&self) {
        self.0.under_way.close();
        if tokio::time::timeout(AT_THE_END, self.0.under_way.wait())
            .await
            .is_err()
        {
            tracing::warn!(letters = self.0.under_way.len(), "some mail was not sent");
        }
    }
}

impl Post {
    async fn deliver(&self, letter: Letter) {
        let Some((server, transport)) = &self.server else {
            let Letter {
                to, subject, link, ..
            } = letter;
            tracing::info!(
                to,
                subject,
                link,
                "no mail server is set; give this link to the person"
            );
            return;
        };
        for (tried, pause) in TRIES.into_iter().enumerate() {
            tokio::time::sleep(pause).await;
            match server.send(transport, &letter).await {
                Ok(()) => return,
                Err(Failed { why, for_good }) => {
                    tracing::warn!(
                        to = letter.to,
                        tries = tried + 1,
                        for_good,
                        why,
                        "mail was not sent"
                    );
                    if for_good {
                        return;
                    }
                }
            }
        }
    }
}

struct Failed {
    why: String,
    for_good: bool,
}

impl MailServer {
    async fn send(&self, transport: &Transport, letter: &Letter) -> Result<(), Failed> {
        let message = self.message(letter).map_err(|error| Failed {
            why: error.to_string(),
            for_good: true,
        })?;
        transport.send(message).await.map(drop).map_err(|error| Failed {
            for_good: error.is_permanent(),
            why: chain(&error),
        })
    }

    fn message(&self, letter: &Letter) -> Result<Message, Error> {
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to.parse().map_err(Error::internal)?))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text())
            .map_err(Error::internal)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_addresses_name_their_setting() {
        let field = |url, from| {
            MailServer::new(url, from)
                .map(|_| ())
                .map_err(|error| error.field)
        };
        assert_eq!(
            field("smtps://u:p@mail.example.org", "DataPulse <a@example.org>"),
            Ok(())
        );
        assert_eq!(
            field("http://mail.example.org", "a@example.org"),
            Err("smtp_url".to_owned())
        );
        assert_eq!(
            field("smtp://mail.example.org", "nobody"),
            Err("mail_from".to_owned())
        );
    }

    #[test]
    fn the_password_is_not_shown() {
        let server =
            MailServer::new("smtps://ada:secret@mail.example.org", "a@example.org").expect("it is valid");
        assert!(!server.to_string().contains("secret") && server.to_string().contains("mail.example.org"));
    }

    #[test]
    fn a_subject_cannot_add_headers() {
        let server = MailServer::new("smtp://mail.example.org", "a@example.org").expect("it is valid");
        let letter = Letter {
            to: "ada@example.org".to_owned(),
            subject: "Join X\r\nBcc: eve@example.org".to_owned(),
            lead: "Hello.".to_owned(),
            link: "https://stats.example.org/x".to_owned(),
            end: "Bye.".to_owned(),
        };
        let sent = server.message(&letter).expect("it is a message").formatted();
        let sent = String::from_utf8(sent).expect("plain ASCII");
        let (head, _) = sent.split_once("\r\n\r\n").expect("a head and a body");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }
}
