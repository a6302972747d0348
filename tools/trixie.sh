#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
# trixie.sh DIR RESULTS PACKAGES VARIABLES: builds the plugin in a Debian 13 of its own, below DIR, and makes trixie-tests there,
# with that Debian's RabbitMQ and OTP, and with these variables of make. Writes "PASSED FAILED SKIPPED" to RESULTS/trixie, and
# what failed: one skipped, and the reason in words, where such a Debian cannot be had. What was installed is kept for the next
# run.
#
# DEBIAN_MIRROR is where Debian comes from; without it, where debootstrap gets it.
dir=$1 results=$2 packages=$3 variables=$4
root=$dir/root
mkdir -p "$dir" "$results" || exit 1

skip() {
  echo "trixie: skipped: $1"
  echo "0 0 1" >"$results/trixie"
  exit 0
}

fail() {
  echo "trixie: $1" >&2
  printf '0 1 0\n%s\n' "$1" >"$results/trixie"
  exit 1
}

# Runs a script in there. Its mounts and its processes are gone when it has ended, however that was.
enter() {
  unshare --mount --propagation private --pid --fork --kill-child bash -c '
    set -e
    root=$1 script=$2
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/src" "$root/build"
    mount --bind . "$root/src"
    mount -o remount,bind,ro "$root/src"
    exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 chroot "$root" sh -c "cd /src && $script"
  ' - "$root" "$1"
}

[ "$(id -u)" = 0 ] || skip "only root can install another Debian"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"
unshare --mount --pid --fork --mount-proc true 2>/dev/null || skip "this machine lets nobody mount"

if [ ! -e "$root/etc/debian_version" ]; then
  rm -rf "$root.new"
  echo "trixie: installing Debian 13"
  if ! debootstrap --variant=minbase --include=make,ca-certificates trixie "$root.new" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$dir/debootstrap.log" 2>&1; then
    tail -n 3 "$dir/debootstrap.log"
    grep -q 'Failed getting release file\|Invalid Release file' "$dir/debootstrap.log" && skip "the mirror has no Debian 13, or cannot be reached"
    fail "debootstrap failed; $dir/debootstrap.log says why"
  fi
  # Nothing is to be started when it is installed, and a power cut may cost this Debian.
  printf '#!/bin/sh\nexit 101\n' >"$root.new/usr/sbin/policy-rc.d" && chmod +x "$root.new/usr/sbin/policy-rc.d"
  echo force-unsafe-io >"$root.new/etc/dpkg/dpkg.cfg.d/unsafe-io"
  mv "$root.new" "$root"
fi
# The way to the network is this machine's.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
enter true 2>"$dir/enter.log" || skip "a root of its own cannot be entered: $(tail -n 1 "$dir/enter.log")"
enter "make deps DEPS='$packages'" >"$dir/deps.log" 2>&1 || {
  tail -n 5 "$dir/deps.log"
  fail "the packages cannot be installed"
}

rm -rf "$root/build/results"
make="make --no-print-directory BUILD=/build BROWSER_CLIENT="
enter "$make -s -j2 dist objects && $make -k trixie-tests $variables"
status=$?
{
  head -qn 1 "$root"/build/results/* | awk '{p += $1; f += $2; s += $3} END {print p + 0, f + 0, s + 0}'
  tail -qn +2 "$root"/build/results/*
} 2>/dev/null >"$results/trixie"
[ $status = 0 ] || head -n 1 "$results/trixie" | grep -q ' [1-9][0-9]* ' || fail "nothing could be built or run there"
exit $status
