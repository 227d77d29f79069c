# Sourced for release builds: their site is kept apart from that of development builds.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
export LEPTOS_SITE_ROOT="$CARGO_TARGET_DIR/site-release"
RELEASE_PROGRAM="$CARGO_TARGET_DIR/release/datapulse"
