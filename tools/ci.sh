#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
# ci.sh RESULTS LANE…: makes the targets of each lane ("test check") one after the other, and the lanes side by side: the one
# computes while the other waits for brokers and timers. A lane goes on after a failure. What a target printed is shown in one
# piece when it has ended; the last lines name what failed, and count all tests: "N passed, N failed". When what failed is no
# test (a check, a build), it counts as one.
results=$1
shift
rm -rf "$results" && mkdir -p "$results"
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
trap 'trap - TERM; kill 0' INT TERM # a background lane would not hear Ctrl-C

failures() { head -qn 1 "$results"/* 2>/dev/null | awk '{n += $2} END {print n + 0}'; }

run_lane() {
  for target in $1; do
    local started=$SECONDS log=$logs/$target status=passed
    echo "== make $target: started"
    if ! make --no-print-directory "$target" >"$log" 2>&1; then
      status=failed
      touch "$logs/$target.failed"
    fi
    # One writer at a time; a lane that waits here has nothing else to do.
    flock "$logs" bash -c 'echo "== make $1"; cat "$2"; echo "== make $1: $3 s, $4"' - "$target" "$log" $((SECONDS - started)) "$status"
  done
}

for lane in "$@"; do run_lane "$lane" & done
wait
broken=$(cd "$logs" && ls -- *.failed 2>/dev/null | sed 's/\.failed$//' | tr '\n' ' ')
if [ -n "$broken" ]; then
  echo "failed: $broken"
  [ "$(failures)" -gt 0 ] || echo "0 1 0" >"$results/make"
fi
tools/total.sh "$results"/* && [ -z "$broken" ]
