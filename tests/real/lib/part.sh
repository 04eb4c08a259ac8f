# What every part begins with. A part is a script that `. lib/part.sh`s, says what it needs, starts servers and programs,
# and has their answers judged.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
PART=$(basename "$0" .sh)
PYTHON=$OBS_REAL_DIR/venv/bin/python
BIN=$OBS_REAL_DIR/root/usr/bin
OUT=$OBS_REAL_DIR/out/$PART
rm -rf "$OUT" && mkdir -p "$OUT"

. "$HERE/lib/report.sh"
. "$HERE/lib/process.sh"

# The groups of lib/install.sh that this part runs; run.sh has tried to install them all.
needs() {
    local group
    for group in "$@"; do
        [ -f "$OBS_REAL_DIR/installed-$group" ] || skip "$PART: there is no $group"
    done
}
