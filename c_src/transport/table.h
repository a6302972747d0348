// SPDX-License-Identifier: MPL-2.0
// The transports of Socket.IO, one row each: what a request to one looks like
// and how its bytes travel.
#ifndef RABBIT_SOCKS_TRANSPORT_TABLE_H_
#define RABBIT_SOCKS_TRANSPORT_TABLE_H_

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace rabbit_socks::transport {

enum class Family : unsigned char {
  kWebSocket,  // one connection both ways
  kPolling,    // a request for each payload, either way
  kStreaming,  // one endless answer down, a POST for each payload up
};

// How a payload is dressed on its way down.
enum class Dress : unsigned char { kNone, kJsonp, kMultipart, kHtmlFile };

// Which clients a row is for: they give the same names to other things.
enum class Age : unsigned char {
  k06,      // Socket.IO 0.6: /<transport>/<session>
  k09,      // Socket.IO 0.7 to 0.9: /1/<transport>/<session>
  kEngine,  // Engine.IO: ?transport=<transport>
};

struct Row {
  const char* name;  // the path segment or query value, and OpenInfo::transport
  Age age;
  Family family;
  Dress dress;
};

std::span<const Row> Rows();
// Null: no such transport.
const Row* FindRow(Age age, base::Bytes name);

}  // namespace rabbit_socks::transport

#endif  // RABBIT_SOCKS_TRANSPORT_TABLE_H_
