# Sourced by the scripts of servers that tests start and throw away: such a server writes its URL into FOLDER/url.

# usage: start_in FOLDER SECONDS NAME COMMAND…   waits until the server runs, and prints its URL
start_in() {
    local folder=$1 patience=$2 name=$3 _
    mkdir -p "$folder"
    "${@:4}" >"$folder/log" 2>&1 </dev/null &
    echo $! >"$folder/pid"
    for _ in $(seq $((patience * 10))); do
        if [ -e "$folder/url" ]; then
            cat "$folder/url"
            return
        fi
        kill -0 "$(cat "$folder/pid")" 2>/dev/null || break
        sleep 0.1
    done
    cat "$folder/log" >&2
    die "$name did not start."
}

# usage: stop_in FOLDER
stop_in() {
    kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    rm -rf "$1"
}

# usage: install_packages HOME WORDS   installs the npm packages of HOME, when they are missing or others are wanted
install_packages() {
    local home=$1 words=$2
    if [ ! -e "$home/node_modules/.installed" ] || [ "$home/package-lock.json" -nt "$home/node_modules/.installed" ]; then
        say "Installing $words"
        npm ci --loglevel=error --no-audit --no-fund --prefix "$home"
        touch "$home/node_modules/.installed"
    fi
}
