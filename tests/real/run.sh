#!/usr/bin/env bash
# Tests against real servers: what programs recorded must come back from the servers as it was.
#
#   run.sh [PART...]        all parts, or those named: the files of parts/
#
#   OBS_REAL=require        a test that cannot run is a failure (without it, it is skipped and says why)
#   OBS_REAL_DIR            where servers are kept (default target/real)
#   OBS_REAL_SUITE          the Debian suite they come from (default trixie)
#
# The last line is `N passed, M failed`.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
export OBS_REAL_DIR=${OBS_REAL_DIR:-$HERE/../../target/real}
mkdir -p "$OBS_REAL_DIR/log" && OBS_REAL_DIR=$(cd "$OBS_REAL_DIR" && pwd)
REPORT=$OBS_REAL_DIR/log/report.txt
: >"$REPORT"

if [ "$#" = 0 ]; then set -- $(cd "$HERE/parts" && ls | sed 's/\.sh$//'); fi
PARTS=("${@/%/.sh}")

tell() { tee -a "$REPORT"; }

# Every group that a part names in its line `needs ...`; a part says itself what it misses.
GROUPS_NEEDED=$(cd "$HERE/parts" && sed -n 's/^needs //p' "${PARTS[@]}" | tr ' ' '\n' | sort -u)
"$HERE/lib/install.sh" $GROUPS_NEEDED

for part in "${PARTS[@]}"; do
    begin=$SECONDS
    bash "$HERE/parts/$part" || echo "FAILED  $part ran to its end"
    echo "-- ${part%.sh}: $((SECONDS - begin)) s"
done 2>&1 | tell

passed=$(grep -c '^ok ' "$REPORT")
failed=$(grep -c '^FAILED ' "$REPORT")
[ "${OBS_REAL:-}" = require ] && failed=$((failed + $(grep -c '^skipped ' "$REPORT")))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
