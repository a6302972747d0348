// SPDX-License-Identifier: MPL-2.0
// What a writer made, taken apart.
#ifndef RABBIT_SOCKS_TEST_NODE_PACKETS_H_
#define RABBIT_SOCKS_TEST_NODE_PACKETS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

// Packets without their length words, which are checked.
inline std::vector<std::string> Split(base::Bytes taken) {
  std::vector<std::string> packets;
  while (taken.size() >= 4) {
    size_t size = 0;
    for (size_t i = 0; i < 4; ++i) {
      size = size << 8 | static_cast<unsigned char>(taken[i]);
    }
    taken.remove_prefix(4);
    EXPECT_LE(size, taken.size());
    packets.emplace_back(taken.substr(0, size));
    taken.remove_prefix(packets.back().size());
  }
  EXPECT_TRUE(taken.empty());
  return packets;
}

// How many events are in each packet. Each must be one well-formed list.
inline std::vector<size_t> Events(const std::vector<std::string>& packets) {
  std::vector<size_t> counts;
  for (const std::string& packet : packets) {
    TermReader reader(packet);
    uint32_t count = 0;
    EXPECT_TRUE(reader.Version() && reader.List(&count));
    for (uint32_t i = 0; i < count; ++i) EXPECT_TRUE(reader.Skip());
    EXPECT_TRUE(reader.ListEnd() && reader.AtEnd());
    counts.push_back(count);
  }
  return counts;
}

// The binaries of a packet, in order, wherever they are in its terms.
inline std::vector<std::string> Binaries(base::Bytes packet) {
  std::vector<std::string> binaries;
  TermReader reader(packet);
  EXPECT_TRUE(reader.Version());
  while (!reader.AtEnd()) {
    TermReader ahead = reader;
    uint32_t count = 0;
    base::Bytes bytes;
    if (ahead.Binary(&bytes)) {
      binaries.emplace_back(bytes);
    } else if (!(ahead = reader).AnyTuple(&count) &&
               !(ahead = reader).List(&count) &&
               !(ahead = reader).Map(&count)) {
      ahead = reader;
      if (!ahead.Skip()) {
        ADD_FAILURE() << "an ill-formed packet";
        return binaries;
      }
    }
    reader = ahead;
  }
  return binaries;
}

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_TEST_NODE_PACKETS_H_
