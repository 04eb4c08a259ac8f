#!/usr/bin/env bash
# Fetches what the tests against real servers run, in groups:
#
#   install.sh GROUP...     debian influx python phoenix npm
#
# From Debian's mirror (signed packages), PyPI and npm only. Nothing is installed into the system: Debian packages are
# fetched with a private state of apt and unpacked into OBS_REAL_DIR, where all of it stays for the next run. What fails
# is told in one line.
set -u
: "${OBS_REAL_DIR:?is set by run.sh}"
SUITE=${OBS_REAL_SUITE:-trixie}     # trixie has Prometheus 2.53.3 and VictoriaMetrics 1.112

PYTHON_PACKAGES=(
    prometheus-client==0.26.0                       # reads the page
    opentelemetry-proto==1.45.2                     # the official OTLP messages
    opentelemetry-sdk==1.45.2                       # the service that is written in Python
    opentelemetry-exporter-otlp-proto-http==1.45.2
    opentelemetry-exporter-zipkin-json==1.45.1      # the official Zipkin encoder
    grpcio==1.76.0                                  # the sink that takes gRPC
    jsonschema==4.26.0                              # the form of a Chrome trace
    rotel==0.0.1a15                                 # a collector, inside a wheel
)
PHOENIX_PACKAGES=(arize-phoenix==20.26.1)
NPM_PACKAGES=(speedscope@1.25.0 playwright-core@1.65.1)

# Fetches packages of a suite from the mirror that this system is set up with, and unpacks them into root.
packages() {
    local suite=$1 state=$OBS_REAL_DIR/apt-$1 uri codename
    shift
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "no apt-get and dpkg"; return 1; }
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/debs" "$OBS_REAL_DIR/root"
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v name="$codename" '$1 == name { print $2; exit }')
    [ -n "$uri" ] || { echo "no Debian mirror is set up"; return 1; }
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
        "$uri" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg >"$state/list.sources"
    local options=(-q -o "Dir::Etc::sourcelist=$state/list.sources" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update && (cd "$state/debs" && apt-get "${options[@]}" download "$@") || return 1
    for package in "$state"/debs/*.deb; do dpkg -x "$package" "$OBS_REAL_DIR/root" || return 1; done
}

# A Python environment of its own.
environment() {
    local at=$OBS_REAL_DIR/$1
    shift
    python3 -m venv "$at" && "$at/bin/pip" install -q --disable-pip-version-check "$@"
}

group() {
    case $1 in
    debian) packages "$SUITE" prometheus promtool victoria-metrics ;;
    influx) packages bookworm influxdb ;;
    python) environment venv "${PYTHON_PACKAGES[@]}" ;;
    phoenix) environment phoenix "${PHOENIX_PACKAGES[@]}" ;;
    npm) mkdir -p "$OBS_REAL_DIR/npm" && cd "$OBS_REAL_DIR/npm" && echo '{"private": true}' >package.json &&
        npm install --no-audit --no-fund --ignore-scripts --loglevel=error "${NPM_PACKAGES[@]}" ;;
    *) echo "there is no group $1"; return 1 ;;
    esac
}

# Installs a group unless it is there as this file wants it.
install() {
    local log=$OBS_REAL_DIR/log/install-$1.txt mark=$OBS_REAL_DIR/installed-$1 wanted begin=$SECONDS
    wanted="$SUITE $(cksum <"$0")"
    [ "$(cat "$mark" 2>/dev/null)" = "$wanted" ] && return 0
    group "$1" >"$log" 2>&1 || { echo "$1: $(grep . "$log" | tail -1)"; return 1; }
    echo "$wanted" >"$mark"
    echo "installed $1 in $((SECONDS - begin)) s" >&2
}

mkdir -p "$OBS_REAL_DIR/log"
running=()
for name in "$@"; do install "$name" & running+=($!); done
failed=0
for pid in "${running[@]}"; do wait "$pid" || failed=1; done
exit "$failed"
