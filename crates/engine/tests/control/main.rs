//! One suite for the control plane, and every database passes it.

mod accounts;
mod annotations;
mod boards;
mod ended;
mod erasing;
mod finding;
mod forgeries;
mod idempotency;
mod invitations;
mod keys;
mod links;
mod members;
mod passwords;
mod recovery;
mod sealing;
mod segments;
mod sessions;
mod storage;
mod tenants;
mod two_factor;
mod world;
