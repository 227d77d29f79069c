#!/usr/bin/env bash
# A mail server of our own for tests, thrown away afterwards. FOLDER is new and empty (mktemp -d); letters are in FOLDER/mail.
# usage: smtp.sh install | start FOLDER [PORT] (prints its URL) | stop FOLDER
set -euo pipefail
. "$(dirname "$0")/env.sh"
. scripts/throwaway.sh

usage="usage: smtp.sh install | start FOLDER [PORT] | stop FOLDER"
version=1.4.6
python="$DATAPULSE_CACHE/tools/smtp-$version/bin/python"

install() {
    [ -e "${python%/bin/python}/.installed" ] && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh python3-venv
    say "Installing a mail server for the tests (once)"
    rm -rf "${python%/bin/python}"
    python3 -m venv "${python%/bin/python}"
    "$python" -m pip install --quiet --disable-pip-version-check "aiosmtpd==$version"
    touch "${python%/bin/python}/.installed"
}

case "${1:-} $#" in
    "install 1") install ;;
    "start 2" | "start 3") start_in "$2" 30 "The mail server" "$python" tests/servers/smtp.py "${@:2}" ;;
    "stop 2") stop_in "$2" ;;
    *) die "$usage" ;;
esac
