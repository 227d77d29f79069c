#!/usr/bin/env bash
# An OpenID provider of our own for tests, thrown away afterwards. REDIRECT_URI is where it sends people back to.
# usage: oidc.sh install | start FOLDER REDIRECT_URI (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: oidc.sh install | start FOLDER REDIRECT_URI | stop FOLDER"
home=tests/servers/oidc

case "${1:-} $#" in
    "install 1") install_packages "$home" "an OpenID provider for the tests (once)" ;;
    "start 3") start_in "$2" 30 "The OpenID provider" node "$home/server.mjs" "$2" "$3" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
