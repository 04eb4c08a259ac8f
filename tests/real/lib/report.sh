# What a part says: one line for each thing it shows, `ok`, `FAILED` or `skipped`. run.sh counts them.

ok() { echo "ok      $1"; }
bad() { echo "FAILED  $1"; }

# This part cannot run here: ends it, and says why.
skip() {
    echo "skipped $1"
    exit 0
}

# Runs one test: its name, then a command whose output is shown when it fails.
try() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then ok "$name"; else bad "$name"; echo "$output" | head -20; fi
}

# Runs a script of checks/, which prints a line for each of its checks.
judge() {
    "$PYTHON" "$HERE/checks/$1" "${@:2}" || bad "$1 ran to its end"
}
