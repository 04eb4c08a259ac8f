#!/usr/bin/env bash
# Files for viewers: folded stacks and a Chrome trace are what was recorded, and speedscope draws both in a browser.
. "$(dirname "$0")/../lib/part.sh"
needs python npm

SHIPPED=$(shipped) || { bad "the example builds"; exit 1; }
try "the files are written" "$SHIPPED" "$OUT" 100 "chrome=$OUT/trace.json" "folded=$OUT/stacks.folded"
judge chrome.py "$OUT" "$OUT/trace.json"
judge folded.py "$OUT" "$OUT/stacks.folded"

BROWSER=$(command -v chromium) || skip "speedscope: there is no Chromium"
command -v node >/dev/null || skip "speedscope: there is no Node.js"

# Draws a file: draw FILE NAME FUNCTION...
draw() { timeout 120 node "$HERE/checks/speedscope.mjs" "$OBS_REAL_DIR/npm" "$BROWSER" "$@" || bad "speedscope ends ($2)"; }

draw "$OUT/stacks.folded" folded-stacks shipped::request shipped::slow shipped::query
# Here each span is a symbol of its own, with its arguments; the slowest come first.
draw "$OUT/trace.json" chrome-trace shipped::slow over_budget

echo "this is no profile" >"$OUT/none.txt"
refused=$(timeout 120 node "$HERE/checks/speedscope.mjs" "$OBS_REAL_DIR/npm" "$BROWSER" "$OUT/none.txt" nothing shipped::request)
case $refused in FAILED*) ok "speedscope draws nothing of what is no profile" ;; *) bad "speedscope draws anything" ;; esac
