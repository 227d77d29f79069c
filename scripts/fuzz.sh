#!/usr/bin/env bash
# Lets libFuzzer make up what strangers send and damaged disks give back.  usage: fuzz.sh SECONDS [engine | TARGET…]
# Without more it runs what compiles in a minute; `engine` compiles the engine for it, and lets it answer questions too.
# What is worth keeping stays in the cache; what breaks a promise is in fuzz/artifacts, and belongs into fuzz/seeds.
set -euo pipefail
. "$(dirname "$0")/env.sh"

seconds=${1:?usage: fuzz.sh SECONDS [engine | TARGET…]}
shift
targets=("$@")
features=()
case "$*" in
    "") targets=(event query log_record import_csv) ;;
    engine) targets=(ingest compat question sql) ;;
esac
for target in "${targets[@]}"; do
    case "$target" in ingest | compat | question | sql) features=(--features engine) ;; esac
done
has cargo-fuzz || scripts/install-crate.sh --locked cargo-fuzz@0.13.2

# Coverage needs nothing unstable but the flag that it is asked for with; our own code has no `unsafe` for a sanitizer to watch.
export RUSTC_BOOTSTRAP=1
build=(--sanitizer none --target-dir "$CARGO_TARGET_DIR/fuzz" "${features[@]}")
for target in "${targets[@]}"; do
    say "Fuzzing $target for $seconds s"
    found="$DATAPULSE_CACHE/fuzz/$target"
    mkdir -p "$found"
    cargo fuzz run "${build[@]}" "$target" "$found" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -timeout=25 -max_len=8192 -rss_limit_mb=4096 -verbosity=0 -print_final_stats=1
done
