# Servers and programs of a part: started on loopback, on ports that are free, and ended with the part.

STARTED=()

# Ends what this part started; run by a trap when the part ends.
end_all() {
    local pid
    for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${STARTED[@]}"; do
        for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null
    done
}
trap end_all EXIT

# A port that nobody listens on.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Whether a port takes connections (a number), or a page answers (an address).
answers() {
    case $1 in
    http*) curl -fsS -m 2 -o /dev/null "$1" 2>/dev/null ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ;;
    esac
}

# Starts a process whose output goes to $OUT/NAME.txt, and remembers to end it: up NAME COMMAND...
launch() {
    local name=$1
    shift
    "$@" >"$OUT/$name.txt" 2>"$OUT/$name.err.txt" </dev/null &
    STARTED+=($!)
}

# Starts a server and waits until it answers: up NAME PORT_OR_URL COMMAND... A server that does not come up fails the part.
up() {
    local name=$1 sign=$2 pid
    shift 2
    launch "$name" "$@"
    pid=$!
    for _ in $(seq 1 600); do
        answers "$sign" && return 0
        kill -0 "$pid" 2>/dev/null || { bad "$name starts: $(tail -3 "$OUT/$name.err.txt")"; exit 1; }
        sleep 0.05
    done
    bad "$name answers within 30 seconds"
    exit 1
}

# Waits until a file holds a line that begins with a word, and prints the rest of that line.
said() {
    local file=$1 word=$2
    for _ in $(seq 1 300); do
        grep -q "^$word" "$file" 2>/dev/null && break
        sleep 0.1
    done
    sed -n "s/^$word *//p" "$file" | head -1
}

# Builds an example of a package: example PACKAGE NAME FEATURES. Prints where its program is.
example() {
    (cd "$ROOT" && cargo build -q --release -p "$1" --example "$2" --features "$3") >&2 || return 1
    echo "${CARGO_TARGET_DIR:-$ROOT/target}/release/examples/$2"
}

# The features that the example `shipped` needs.
SHIPPED_FEATURES=json,prometheus,otlp,otlp-grpc,zipkin,influx,remote-write,chrome,flamegraph

# Builds the program whose every span is known, with all exporters.
shipped() {
    example obs-exporters shipped "$SHIPPED_FEATURES"
}
