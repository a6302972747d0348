#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# gtest_result.sh XML: "PASSED FAILED SKIPPED" of a GoogleTest report. A binary that died has written none: one failure.
head=$(grep -m 1 '<testsuites ' "$1" 2>/dev/null) || { echo "0 1 0"; exit 0; }
number() { echo "$head" | sed "s/.* $1=\"\([0-9]*\)\".*/\1/"; }
skipped=$(grep -c '<skipped' "$1")
failed=$(($(number failures) + $(number errors)))
echo "$(($(number tests) - failed - skipped - $(number disabled))) $failed $skipped"
