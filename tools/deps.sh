#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# deps.sh PACKAGE…: installs those of Debian's packages that are missing. PACKAGE may be "a/b": a, or b where there is no a.
set -e

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

available() { [ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ]; }

# The first of "a/b" for which $1 holds.
first() {
  for choice in $(echo "$2" | tr / " "); do
    if "$1" "$choice"; then echo "$choice" && return; fi
  done
  return 1
}

missing=
for package in "$@"; do
  first installed "$package" >/dev/null || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "This needs root. Install:$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
chosen=
for package in $missing; do
  # Without any of them, apt-get has the words for it.
  chosen="$chosen $(first available "$package" || echo "${package%%/*}")"
done
echo "installing:$chosen"
# shellcheck disable=SC2086
apt-get install -q -y --no-install-recommends $chosen
