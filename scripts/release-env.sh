# Sourced for release builds: their site is kept apart from that of development builds.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
export LEPTOS_SITE_ROOT="$CARGO_TARGET_DIR/site-release"
# One type for all views, in both halves alike: the browser's half is a quarter smaller.
# Sourced twice it stays the same: other flags would compile every dependency once more.
case "${RUSTFLAGS:-}" in
    *erase_components*) ;;
    *) export RUSTFLAGS="${RUSTFLAGS:+$RUSTFLAGS }--cfg erase_components" ;;
esac
RELEASE_PROGRAM="$CARGO_TARGET_DIR/release/datapulse"
