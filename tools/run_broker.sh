#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# run_broker.sh BEAMS: a throw-away broker in the foreground, until Ctrl-C (or a SIGTERM to this script).
#
# The VM that owns the broker reads the pipe from `sleep': Ctrl-C ends the sleep, the VM sees the end of its input and stops the
# broker in order. It runs in a session of its own, so that the terminal's Ctrl-C does not reach it.
pipe=$(mktemp -u "${TMPDIR:-/tmp}/rabbit_socks-run.XXXXXX")
mkfifo -m 600 "$pipe"
setsid erl -noshell +Bd -pa "$1" -run socks_demo main <"$pipe" &
vm=$!
exec 9>"$pipe"
rm -f "$pipe"
trap 'exec 9>&-' INT TERM HUP
# A trapped signal interrupts `wait': wait again for the orderly end.
wait "$vm"
exec 9>&-
wait "$vm"
