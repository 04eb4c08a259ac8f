#!/usr/bin/env bash
# Real servers to test against, private to one folder and on loopback only.
#
#   servers.sh install          fetch Prometheus and promtool (Debian packages), prometheus-client and
#                               opentelemetry-proto (PyPI)
#   servers.sh start CONFIG     start Prometheus with a configuration file
#   servers.sh stop             stop what was started
#
# Nothing is installed into the system: packages are fetched with a private state of apt and unpacked into
# OBS_REAL_DIR (default target/real), where they stay for the next run.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=${OBS_REAL_DIR:-$HERE/../../target/real}
mkdir -p "$DIR" && DIR=$(cd "$DIR" && pwd)
PORT=${OBS_REAL_PROMETHEUS_PORT:-19390}
SUITE=${OBS_REAL_SUITE:-trixie}     # trixie has Prometheus 2.53.3, forky 3.5.3
CLIENT=0.26.0           # prometheus-client
PROTO=1.45.2            # opentelemetry-proto, the official OTLP messages

# Fetches signed packages of SUITE from the mirror that this system is set up with; the system's own apt state
# stays untouched.
fetch_packages() {
    local state=$DIR/apt uri codename
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/debs" "$DIR/root"
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v name="$codename" '$1 == name { print $2; exit }')
    [ -n "$uri" ] || { echo "no Debian mirror is set up"; return 1; }
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
        "$uri" "$SUITE" /usr/share/keyrings/debian-archive-keyring.gpg >"$state/list.sources"
    local options=(-q -o "Dir::Etc::sourcelist=$state/list.sources" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update && (cd "$state/debs" && apt-get "${options[@]}" download "$@") || return 1
    for package in "$state"/debs/*.deb; do dpkg -x "$package" "$DIR/root" || return 1; done
}

install() {
    if [ ! -x "$DIR/root/usr/bin/promtool" ]; then
        command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "no apt-get and dpkg"; return 1; }
        fetch_packages prometheus promtool >"$DIR/apt.log" 2>&1 || { tail -2 "$DIR/apt.log"; return 1; }
    fi
    if ! "$DIR/venv/bin/python" -c "import prometheus_client, opentelemetry.proto.trace.v1.trace_pb2" 2>/dev/null; then
        python3 -m venv "$DIR/venv" >"$DIR/venv.log" 2>&1 &&
            "$DIR/venv/bin/pip" install -q "prometheus-client==$CLIENT" "opentelemetry-proto==$PROTO" >>"$DIR/venv.log" 2>&1 ||
            { tail -2 "$DIR/venv.log"; return 1; }
    fi
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

start() {
    answers && { echo "port $PORT is taken; set OBS_REAL_PROMETHEUS_PORT"; return 1; }
    rm -rf "$DIR/data"
    "$DIR/root/usr/bin/prometheus" --config.file="$1" --storage.tsdb.path="$DIR/data" \
        --web.listen-address="127.0.0.1:$PORT" --enable-feature=exemplar-storage,native-histograms \
        >"$DIR/prometheus.log" 2>&1 </dev/null &
    local pid=$!
    echo "$pid" >"$DIR/prometheus.pid"
    for _ in $(seq 1 200); do
        kill -0 "$pid" 2>/dev/null || { echo "Prometheus ended"; tail -3 "$DIR/prometheus.log"; return 1; }
        answers && return 0
        sleep 0.1
    done
    echo "Prometheus does not answer"
    return 1
}

stop() {
    [ -f "$DIR/prometheus.pid" ] || return 0
    local pid
    pid=$(cat "$DIR/prometheus.pid")
    kill "$pid" 2>/dev/null
    for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null
    rm -f "$DIR/prometheus.pid"
}

case ${1:-} in
install) install ;;
start) start "$2" ;;
stop) stop ;;
*) sed -n '2,10p' "$0"; exit 2 ;;
esac
