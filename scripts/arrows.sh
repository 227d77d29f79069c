#!/usr/bin/env bash
# Proves the arrows of ARCHITECTURE.md: model <- charts <- engine <- app <- {frontend, datapulse}.
set -euo pipefail
. "$(dirname "$0")/env.sh"

failures=0
tree() { cargo tree --locked --prefix none --format '{p}' "$@" | awk '{ print $1 }' | sort -u; }

# keeps_out CRATE "FORBIDDEN…" TREE-ARGUMENTS…: none of these crates is anywhere below CRATE.
keeps_out() {
    local crate=$1 forbidden=$2 below found
    shift 2
    below=$(tree --package "$crate" "$@")
    found=$(comm -12 <(printf '%s\n' "$below") <(tr ' ' '\n' <<<"$forbidden" | sort -u))
    [ -z "$found" ] && return
    echo "  $crate must not reach: $(tr '\n' ' ' <<<"$found")" >&2
    failures=$((failures + 1))
}

# only OWNER names DEPENDENCY: no other crate of the workspace depends on it directly.
only() {
    local owner=$1 dependency=$2 crate
    for crate in datapulse app frontend model charts engine; do
        [ "$crate" = "$owner" ] && continue
        if tree --package "$crate" --edges all --all-features --target all --depth 1 | grep -qx "$dependency"; then
            echo "  only $owner may depend on $dependency, but $crate does" >&2
            failures=$((failures + 1))
        fi
    done
}

io="tokio mio socket2 hyper reqwest ureq axum sqlx duckdb libduckdb-sys leptos chrono"
wasm=(--target wasm32-unknown-unknown --edges normal)
all=(--target all --edges normal --all-features)

keeps_out frontend "engine tokio axum hyper sqlx duckdb libduckdb-sys mio socket2 ureq leptos_axum datapulse" "${wasm[@]}"
keeps_out model "$io charts charts-rs engine app" "${all[@]}"
keeps_out charts "$io engine app" "${all[@]}"
keeps_out engine "axum leptos leptos_axum app frontend datapulse" "${all[@]}"
keeps_out app "frontend datapulse" "${all[@]}"
only engine sqlx
only engine duckdb
only charts charts-rs
only app pulldown-cmark

[ "$failures" -eq 0 ] || die "the arrows between the crates are broken, see above."
say "Arrows: every crate depends only on what it may"
