#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# check_forbidden.sh EDGE NODE: words that no source of the edge or of the node may hold. The ids are rows of
# test/vectors/attacks.md.
bad=0
forbid() { # WHY PATTERN DIR…
  why=$1 pattern=$2
  shift 2
  found=$(grep -rnE -- "$pattern" "$@")
  [ -z "$found" ] || { printf 'forbidden: %s\n%s\n' "$why" "$found"; bad=1; }
}
forbid 'P15: no lenient flag of llhttp' 'llhttp_set_lenient' "$1"
forbid 'K02: it has overflowed its buffer on large integers' 'ei_s_print_term|ei_print_term' "$1"
forbid 'R10: deadlines hold when the clock on the wall is set' 'system_clock|gettimeofday|CLOCK_REALTIME|std::time\(|[^_A-Za-z:]time\(' "$1"
# The web context's names, and those of options in rabbitmq.conf, come from the configuration.
forbid 'B17: no atom is made of what somebody sent' '(binary|list)_to_atom\(' $(ls "$2"/*.erl | grep -vE '/rabbit_socks_(dispatch|schema)\.erl$')
forbid 'B18: terms are read from the packets of the edge alone' 'binary_to_term\(' $(ls "$2"/*.erl | grep -v '/rabbit_socks_edge\.erl$')
forbid 'R10: deadlines hold when the clock on the wall is set' 'system_time\(|os:timestamp\(|erlang:now\(|erlang:timestamp\(' "$2"
[ $bad = 0 ] && echo "forbidden: none of it is there"
exit $bad
