#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# guard.sh DIR COMMAND [ARG…]: runs COMMAND and outlives nobody.
#
# Prints the pid of COMMAND, then waits for it and ends with its status. When its own standard input ends (the test VM that
# holds the other end is gone, however it died) COMMAND is killed, and with it every program that was started from a
# file below DIR, which is where a broker keeps its copy of the edge; then DIR is removed. DIR may be "-": nothing to remove.
dir=$1
shift
exec 3<&0

"$@" </dev/null 3<&- &
child=$!
echo "$child"
exec 2>/dev/null # the shell would remark that its child was killed

(
  while read -r _ <&3; do :; done
  trap '' TERM
  kill -KILL "$child" 2>/dev/null
  [ "$dir" = - ] && exit 0
  sleep 1 # the edge notices the end of its node by itself
  for exe in /proc/[0-9]*/exe; do
    case $(readlink "$exe" 2>/dev/null) in
      "$dir"/*) pid=${exe#/proc/} && kill -KILL "${pid%/exe}" 2>/dev/null ;;
    esac
  done
  rm -rf "$dir"
) >/dev/null 2>&1 &
watch=$!

wait "$child"
status=$?
kill -TERM "$watch" 2>/dev/null
exit "$status"
