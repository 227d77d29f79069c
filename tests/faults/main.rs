//! The promise, on the real program: whatever breaks, what was acknowledged is stored once, and nothing else is stored.
//!
//! Each test drives a load that remembers every id, breaks something, mends it, and compares.

mod clock;
mod damage;
mod disk;
mod kill;
mod leaving;
mod load;
mod program;
mod promise;
mod slow;
mod sync;
