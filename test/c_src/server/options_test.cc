// SPDX-License-Identifier: MPL-2.0
#include "server/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <type_traits>

namespace rabbit_socks::server {
namespace {

node::Config OneRoute() {
  node::Config config;
  config.routes.emplace_back();
  return config;
}

base::Headers WithOrigin(const std::string& origin) {
  base::Headers headers;
  headers.Add("origin", origin);
  return headers;
}

TEST(OptionsTest, WithoutOptionsTheDefaultsStand) {
  std::vector<std::string> problems;
  const session::ListenerConfig made = ToListenerConfig(OneRoute(), &problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(made.limits.http.max_request_line, 8000U);
  EXPECT_EQ(made.limits.websocket.max_message, 1048576U);
  EXPECT_EQ(made.limits.credit_messages, 64U);
  EXPECT_TRUE(made.limits.hixie);
  EXPECT_EQ(made.limits.compression.compression, websocket::Compression::kOff);
  EXPECT_EQ(made.pages, nullptr);
}

// Each option takes both ends of its range, changes the limits, and changes
// them in a way of its own: a row copied and not edited shows here.
TEST(OptionsTest, EachOptionSetsItsOwnLimit) {
  std::set<std::string> images;
  std::set<std::string> keys;
  for (const Option& option : Options()) {
    EXPECT_TRUE(keys.emplace(option.key).second) << option.key;
    for (const int64_t value : {option.min, option.max}) {
      node::Config config = OneRoute();
      // So that soft and hard do not meet.
      if (option.key == "send_queue_soft")
        config.limits.emplace_back("send_queue_hard", 4294967295);
      if (option.key == "send_queue_hard")
        config.limits.emplace_back("send_queue_soft", 1);
      config.limits.emplace_back(option.key, value);
      std::vector<std::string> problems;
      ToListenerConfig(config, &problems);
      EXPECT_TRUE(problems.empty()) << problems.front();
    }
    // The bytes of the limits after setting one of them to an odd value.
    const session::Limits fresh;
    static_assert(std::is_trivially_copyable_v<session::Limits>);
    session::Limits limits;
    std::memcpy(&limits, &fresh, sizeof fresh);  // what lies between, too
    const bool is_on =
        option.key == "recovery" ||
        option.key == "http_compression";  // what is off when fresh
    option.set(&limits, option.key == "hixie" ? 0 : is_on ? 1 : option.max - 1);
    std::string image(sizeof limits, '\0');
    for (size_t i = 0; i < sizeof limits; ++i) {
      const auto byte = [i](const session::Limits& l) {
        return reinterpret_cast<const unsigned char*>(&l)[i];
      };
      image[i] = byte(limits) != byte(fresh) ? 'x' : '.';
    }
    const size_t first = image.find('x');
    ASSERT_NE(first, std::string::npos) << option.key;
    // Several booleans share a word.
    const std::string place = option.max == 1 ? "." + std::to_string(first)
                                              : std::to_string(first / 4);
    EXPECT_TRUE(images.emplace(place).second) << option.key;
  }
  EXPECT_EQ(keys.size(), 52U);
}

TEST(OptionsTest, ValuesOutOfRangeKeepTheDefaultAndAreNamed) {
  for (const Option& option : Options()) {
    for (const int64_t value :
         {option.min - 1, option.max + 1, INT64_MIN, INT64_MAX}) {
      node::Config config = OneRoute();
      config.limits.emplace_back(option.key, value);
      std::vector<std::string> problems;
      const session::ListenerConfig made = ToListenerConfig(config, &problems);
      ASSERT_EQ(problems.size(), 1U) << option.key;
      EXPECT_NE(problems[0].find(option.key), std::string::npos);
      EXPECT_NE(problems[0].find(std::to_string(value)), std::string::npos);
      EXPECT_EQ(made.limits.http.max_head, 16384U);
    }
  }
}

TEST(OptionsTest, AnUnknownKeyIsNamedAndTheOthersCount) {
  node::Config config = OneRoute();
  config.limits = {{"max_boddy", 5}, {"max_body", 6}, {"hixie", 0}};
  std::vector<std::string> problems;
  const session::ListenerConfig made = ToListenerConfig(config, &problems);
  EXPECT_EQ(problems, std::vector<std::string>{"unknown option max_boddy"});
  EXPECT_EQ(made.limits.http.max_body, 6U);
  EXPECT_FALSE(made.limits.hixie);
}

TEST(OptionsTest, TheSoftLimitIsNotAboveTheHardOne) {
  node::Config config = OneRoute();
  config.limits = {{"send_queue_soft", 5000}, {"send_queue_hard", 1000}};
  std::vector<std::string> problems;
  const session::ListenerConfig made = ToListenerConfig(config, &problems);
  EXPECT_EQ(problems.size(), 1U);
  EXPECT_EQ(made.limits.send_queue_soft, 1000U);
  EXPECT_EQ(made.limits.send_queue_hard, 1000U);
}

TEST(OptionsTest, Routes) {
  node::Config config;
  config.routes.resize(2);
  config.routes[0].prefix = {"chat", "room"};
  config.routes[0].subprotocols = {"v2", "v1"};
  config.routes[0].any_origin = false;
  config.routes[0].origins = {"https://app.example"};
  config.routes[0].events = true;
  config.routes[0].frames = false;
  std::vector<std::string> problems;
  const session::ListenerConfig made = ToListenerConfig(config, &problems);
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(made.routes.size(), 2U);
  EXPECT_EQ(made.routes[0].prefix, (std::vector<std::string>{"chat", "room"}));
  EXPECT_EQ(made.routes[0].subprotocols,
            (std::vector<std::string>{"v2", "v1"}));
  EXPECT_TRUE(made.routes[0].events);
  EXPECT_FALSE(made.routes[0].frames);
  EXPECT_FALSE(made.routes[1].events);
  EXPECT_TRUE(made.routes[1].frames);
  using Verdict = http::OriginPolicy::Verdict;
  EXPECT_EQ(made.routes[0].origins.Judge(WithOrigin("https://app.example")),
            Verdict::kAllowed);
  EXPECT_EQ(made.routes[0].origins.Judge(WithOrigin("https://evil.example")),
            Verdict::kForbidden);
  EXPECT_EQ(made.routes[1].origins.Judge(WithOrigin("https://evil.example")),
            Verdict::kAllowed);
}

TEST(OptionsTest, AnEmptyListOfOriginsLetsNobodyIn) {
  node::Config config = OneRoute();
  config.routes[0].any_origin = false;
  std::vector<std::string> problems;
  const session::ListenerConfig made = ToListenerConfig(config, &problems);
  EXPECT_EQ(problems.size(), 1U);
  using Verdict = http::OriginPolicy::Verdict;
  EXPECT_EQ(made.routes[0].origins.Judge(WithOrigin("https://evil.example")),
            Verdict::kForbidden);
  EXPECT_EQ(made.routes[0].origins.Judge(WithOrigin("null")),
            Verdict::kForbidden);
}

TEST(OptionsTest, NoRoutesIsAProblem) {
  std::vector<std::string> problems;
  EXPECT_EQ(ToListenerConfig(node::Config{}, &problems).routes.size(), 1U);
  EXPECT_EQ(problems.size(), 1U);
}

}  // namespace
}  // namespace rabbit_socks::server
