#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# check_sizes.sh: no source file over 300 lines, and each names its licence in one of its first two lines.
bad=0
for file in $(git ls-files 'c_src/*' 'erl_src/*' 'test/*' 'tools/*' 'mk/*' 'examples/*' 'priv/www/*' Makefile |
  grep -E '(\.(cc|h|erl|hrl|src|sh|js|mjs|css|html|mk|pl|rb|py|escript)|Makefile)$'); do
  [ -f "$file" ] || continue
  lines=$(wc -l <"$file")
  [ "$lines" -le 300 ] || { echo "sizes: $file has $lines lines, 300 are the limit"; bad=1; }
  head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MPL-2.0' || { echo "sizes: $file names no licence"; bad=1; }
done
[ $bad = 0 ] && echo "sizes: no file over 300 lines"
exit $bad
