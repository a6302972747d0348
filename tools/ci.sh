#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
# ci.sh RESULTS TARGET…: makes each target, goes on after a failure, and ends with one line for all tests:
# "N passed, N failed". A target that fails without a failed test of its own (a check, a build) counts as one failure.
results=$1
shift
rm -rf "$results" && mkdir -p "$results"
for target in "$@"; do
  echo "== make $target"
  started=$SECONDS
  before=$(cat "$results"/* 2>/dev/null | awk '{n += $2} END {print n + 0}')
  if ! make --no-print-directory "$target"; then
    after=$(cat "$results"/* 2>/dev/null | awk '{n += $2} END {print n + 0}')
    [ "$after" -gt "$before" ] || echo "0 1 0" >"$results/make-$target"
    broken="$broken $target"
  fi
  echo "== make $target: $((SECONDS - started)) s"
done
[ -z "$broken" ] || echo "failed:$broken"
tools/total.sh "$results"/* && [ -z "$broken" ]
