// SPDX-License-Identifier: MPL-2.0
#include "transport/table.h"

#include <array>

namespace rabbit_socks::transport {
namespace {

constexpr std::array<Row, 13> kRows = {{
    {"websocket", Age::k06, Family::kWebSocket, Dress::kNone},
    {"flashsocket", Age::k06, Family::kWebSocket, Dress::kNone},
    {"xhr-polling", Age::k06, Family::kPolling, Dress::kNone},
    {"jsonp-polling", Age::k06, Family::kPolling, Dress::kJsonp},
    {"xhr-multipart", Age::k06, Family::kStreaming, Dress::kMultipart},
    {"htmlfile", Age::k06, Family::kStreaming, Dress::kHtmlFile},
    {"websocket", Age::k09, Family::kWebSocket, Dress::kNone},
    {"flashsocket", Age::k09, Family::kWebSocket, Dress::kNone},
    {"xhr-polling", Age::k09, Family::kPolling, Dress::kNone},
    {"jsonp-polling", Age::k09, Family::kPolling, Dress::kJsonp},
    {"htmlfile", Age::k09, Family::kStreaming, Dress::kHtmlFile},
    {"websocket", Age::kEngine, Family::kWebSocket, Dress::kNone},
    // jsonp is a polling whose requests have a query "j".
    {"polling", Age::kEngine, Family::kPolling, Dress::kNone},
}};

}  // namespace

std::span<const Row> Rows() { return kRows; }

const Row* FindRow(Age age, base::Bytes name) {
  for (const Row& row : kRows) {
    if (row.age == age && name == row.name) return &row;
  }
  return nullptr;
}

}  // namespace rabbit_socks::transport
