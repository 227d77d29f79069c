//! Where memory comes from, and when it goes back.

/// Gives memory back to the system soon after a burst, which the stock allocator does not. DuckDB and SQLite take theirs
/// from it as well (its functions have no prefix): an arena for each of their threads kept hundreds of megabytes under load.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What is free goes back after 50 ms and not after ten seconds, by a thread that does nothing else. `MALLOC_CONF` in
/// the environment wins. An arena for each processor, not four, has less that is free.
#[expect(
    unsafe_code,
    reason = "the allocator reads its options from a symbol of this name, before anything runs"
)]
// SAFETY: it is text that ends with a zero, as the allocator's documentation wants it, and nothing else has this name.
#[unsafe(export_name = "malloc_conf")]
static OPTIONS: &[u8] = b"background_thread:true,percpu_arena:percpu,dirty_decay_ms:50,muzzy_decay_ms:0\0";
