// SPDX-License-Identifier: MPL-2.0
#include "transport/table.h"

#include <array>

namespace rabbit_socks::transport {
namespace {

constexpr std::array<Row, 6> kRows = {{
    {"websocket", Family::kWebSocket, Dress::kNone},
    {"flashsocket", Family::kWebSocket, Dress::kNone},
    {"xhr-polling", Family::kPolling, Dress::kNone},
    {"jsonp-polling", Family::kPolling, Dress::kJsonp},
    {"xhr-multipart", Family::kStreaming, Dress::kMultipart},
    {"htmlfile", Family::kStreaming, Dress::kHtmlFile},
}};

}  // namespace

std::span<const Row> Rows() { return kRows; }

const Row* FindRow(base::Bytes name) {
  for (const Row& row : kRows) {
    if (name == row.name) return &row;
  }
  return nullptr;
}

}  // namespace rabbit_socks::transport
