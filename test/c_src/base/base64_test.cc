// SPDX-License-Identifier: MPL-2.0
#include "base/base64.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

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

TEST(Base64Test, AppendsAndLeavesWhatIsThere) {
  std::string text = "b";
  AppendBase64("fo", &text);
  EXPECT_EQ(text, "bZm8=");
  for (size_t size = 0; size < 10; ++size) {
    EXPECT_EQ(Base64Encode(std::string(size, 'x')).size(), Base64Size(size));
  }
  std::string bytes = "a";
  EXPECT_TRUE(AppendBase64Decoded("Zm8=", Base64Padding::kRequired, &bytes));
  EXPECT_TRUE(AppendBase64Decoded("", Base64Padding::kRequired, &bytes));
  EXPECT_EQ(bytes, "afo");
  for (const char* bad : {"Zm8", "Zm8=Zm8=", "Zm9vZm9vZm9-", "Zm9vZh=="}) {
    EXPECT_FALSE(AppendBase64Decoded(bad, Base64Padding::kRequired, &bytes));
    EXPECT_EQ(bytes, "afo") << bad;
  }
}

TEST(Base64Test, PaddingCanBeOptional) {
  const auto decode = [](Bytes text) -> std::optional<std::string> {
    std::string bytes;
    if (!AppendBase64Decoded(text, Base64Padding::kOptional, &bytes))
      return std::nullopt;
    return bytes;
  };
  EXPECT_EQ(decode(""), "");
  EXPECT_EQ(decode("Zg=="), "f");
  EXPECT_EQ(decode("Zg"), "f");
  EXPECT_EQ(decode("Zm8="), "fo");
  EXPECT_EQ(decode("Zm8"), "fo");
  EXPECT_EQ(decode("Zm9v"), "foo");
  EXPECT_EQ(decode("Zm9vYg"), "foob");
  for (const char* text : {"Z", "Z=", "Z==", "Z===", "Zg=", "Zg===", "=",
                           "==", "====", "Zm9v=", "Zm9v==", "Zm9v====", "Zm9vY",
                           "Zm8==", "Zh", "Zm9", "Zg\n", "Z-", "Zm8=Zg"}) {
    EXPECT_EQ(decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rabbit_socks::base
