//! A new migration must rebuild the crate that embeds it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations/app");
    println!("cargo:rerun-if-changed=../../migrations/events-postgres");
    println!("cargo:rerun-if-changed=../../migrations/events-clickhouse");
}
