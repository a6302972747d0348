// SPDX-License-Identifier: MPL-2.0
#include "websocket/deflater.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "websocket/inflater.h"

namespace rabbit_socks::websocket {
namespace {

using Status = Inflater::Status;

// With so little room at a time, what is farther back than the window is gone
// when it is referred to, and the inflater says so.
std::string InflateStrictly(Inflater* inflater, base::Bytes compressed) {
  std::string text;
  std::array<char, 7> room{};
  while (true) {
    const Inflater::Result result = inflater->Run(&compressed, true, room);
    text.append(room.data(), result.size);
    if (result.status == Status::kCorrupt) return "corrupt";
    if (result.status == Status::kDone) return text;
  }
}

// Noise that repeats itself at many distances, near and far.
std::string Repeating(size_t size, uint32_t state) {
  std::string text;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    const size_t back = state >> 16;
    if (back < text.size() && state % 3 == 0)
      text.append(text.substr(text.size() - 1 - back, 20));
    else
      text.push_back(static_cast<char>(state >> 24));
  }
  return text;
}

TEST(DeflaterTest, D08StaysWithinItsWindow) {
  for (int bits = 9; bits <= 15; ++bits) {
    for (const bool takeover : {false, true}) {
      Deflater deflater(bits);
      Inflater inflater(bits);
      for (const size_t size :
           {size_t{1}, size_t{600}, size_t{3000}, size_t{100000}}) {
        const std::string text = Repeating(size, static_cast<uint32_t>(size));
        for (int again = 0; again < 2; ++again) {
          std::string compressed;
          deflater.Compress(text, &compressed);
          ASSERT_EQ(InflateStrictly(&inflater, compressed), text)
              << bits << ' ' << size;
          if (takeover) continue;
          deflater.Forget();
          inflater.Forget();
        }
      }
    }
  }
}

// The check above is one: a larger window than was agreed is noticed.
TEST(DeflaterTest, TheStrictInflaterNotices) {
  Deflater deflater(15);
  Inflater inflater(9);
  std::string compressed;
  deflater.Compress(Repeating(3000, 1) + Repeating(3000, 1), &compressed);
  EXPECT_EQ(InflateStrictly(&inflater, compressed), "corrupt");
}

// The output grows from a small guess as from a large leftover.
TEST(DeflaterTest, TheOutputIsTheMessageWhateverWasThere) {
  Deflater deflater(15);
  std::string fresh, used(100000, 'x');
  deflater.Compress("Hello", &fresh);
  deflater.Forget();
  deflater.Compress("Hello", &used);
  EXPECT_EQ(used, fresh);
  EXPECT_EQ(fresh, std::string("\xF2\x48\xCD\xC9\xC9\x07\x00", 7));
}

}  // namespace
}  // namespace rabbit_socks::websocket
