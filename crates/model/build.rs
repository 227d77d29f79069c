//! The German texts lie outside of this package. Cargo remembers such a file by its whole path, so that of two checkouts with
//! one target directory the second would be given the texts of the first; this path is looked at from the package.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../public/words/de.json");
}
