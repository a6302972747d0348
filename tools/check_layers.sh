#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# check_layers.sh DIR: a room of the edge includes itself and the rooms below it; a foreign library has one home.
allow() {
  case $1 in
    base) ;;
    http | websocket | framing | node | net) echo base ;;
    transport) echo base http websocket framing ;;
    session) echo base http websocket framing transport ;;
    server) echo base http websocket framing transport session node net ;;
    *) echo "unknown" ;;
  esac
}
bad=0
for room in $(cd "$1" && ls -d */ | tr -d /); do
  allowed=$(allow "$room")
  [ "$allowed" = unknown ] && { echo "layers: no rule for room $room"; bad=1; }
  ok=" $room $allowed "
  for used in $(grep -rhoE '^#include "[a-z_]+/' "$1/$room" | sed 's/.*"//; s#/##' | sort -u); do
    case $ok in *" $used "*) ;; *) echo "layers: $room must not include $used/"; bad=1 ;; esac
  done
done
for pair in uv.h:net llhttp.h:http zlib.h:websocket ei.h:node openssl/ssl.h:net openssl/x509:net openssl/err.h:net openssl/evp.h:base openssl/rand.h:base rapidjson/:framing; do
  stray=$(grep -rlE "^#include <${pair%%:*}" "$1" | grep -v "^$1/${pair##*:}/")
  [ -z "$stray" ] || { echo "layers: <${pair%%:*}> belongs to ${pair##*:}/: $stray"; bad=1; }
done
[ $bad = 0 ] && echo "layers: every room keeps its direction"
exit $bad
