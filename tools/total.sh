#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# total.sh FILE…: each FILE holds "PASSED FAILED SKIPPED" of one test run, and below it a line for each test that failed. Prints
# those lines, and the sum as the closing line "N passed, N failed"; ends non-zero when a test failed, or when none ran at all.
passed=0 failed=0 skipped=0
for file in "$@"; do
  read -r p f s <"$file" || continue
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  tail -n +2 "$file" | sed "s/^/failed: ${file##*/}: /"
done
[ "$skipped" = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
