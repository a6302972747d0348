// SPDX-License-Identifier: MPL-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

namespace rabbit_socks::base {
namespace {

// RFC 4648 section 10.
TEST(Base64Test, EncodesAndDecodesTheVectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_EQ(Base64Decode(text), bytes);
  }
}

TEST(Base64Test, EveryByteSurvives) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
  }
}

TEST(Base64Test, RefusesWhatIsNotTheOneSpelling) {
  for (const char* text : {"Z",        "Zg",       "Zg=",
                           "Zg===",    "=",        "==",
                           "===",      "====",     "Z===",
                           "Zm9v=",    "Zm=v",     "Z=9v",
                           "Zg==Zg==", "Zm9v\n",   "Zm 9",
                           "Zm9\n",    "Zm-_",     "Zh==",
                           "Zm9=",     "Zm8=Zm8=", "\xff\xff\xff\xff"}) {
    EXPECT_EQ(Base64Decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(Base64Decode(Bytes("Zm9\0", 4)), std::nullopt);
}

}  // namespace
}  // namespace rabbit_socks::base
