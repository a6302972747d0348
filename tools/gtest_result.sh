#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# gtest_result.sh XML: "PASSED FAILED SKIPPED" of a GoogleTest report, and a line for each that failed. A binary that died has
# written none: one failure.
head=$(grep -m 1 '<testsuites ' "$1" 2>/dev/null) || { printf '0 1 0\nGoogleTest ended without a report\n'; exit 0; }
number() { echo "$head" | sed "s/.* $1=\"\([0-9]*\)\".*/\1/"; }
skipped=$(grep -c '<skipped' "$1")
failed=$(($(number failures) + $(number errors)))
echo "$(($(number tests) - failed - skipped - $(number disabled))) $failed $skipped"
awk -F '"' '
  /<testcase / { name = ""; for (i = 1; i < NF; i++) if ($i ~ / classname=$/) name = $(i + 1) "." $2 }
  /<failure / && name { print name; name = "" }' "$1"
