// SPDX-License-Identifier: MPL-2.0
// What the golden file does not show: the ways in which Config, Request and
// header fields can be wrong.
#include "node/compound.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "node/term_writer.h"

namespace rabbit_socks::node {
namespace {

using Value = std::function<void(TermWriter*)>;
using Pairs = std::vector<std::pair<std::string, Value>>;

Value Text(std::string text) {
  return [text](TermWriter* term) { term->Binary(text); };
}
Value Name(std::string name) {
  return [name](TermWriter* term) { term->Atom(name); };
}
Value Number(uint64_t number) {
  return [number](TermWriter* term) { term->Integer(number); };
}
Value List(std::vector<Value> values) {
  return [values](TermWriter* term) {
    term->ListHead(static_cast<uint32_t>(values.size()));
    for (const Value& value : values) value(term);
    term->ListEnd();
  };
}
Value Tuple(std::vector<Value> values) {
  return [values](TermWriter* term) {
    term->Tuple(static_cast<uint32_t>(values.size()));
    for (const Value& value : values) value(term);
  };
}
Value Map(Pairs pairs) {
  return [pairs](TermWriter* term) {
    term->Map(static_cast<uint32_t>(pairs.size()));
    for (const auto& [key, value] : pairs) {
      term->Atom(key);
      value(term);
    }
  };
}

std::string Encode(const Value& value) {
  std::string out;
  TermWriter term(&out);
  value(&term);
  return out;
}

bool IsConfig(const Pairs& pairs, Config* config) {
  const std::string term = Encode(Map(pairs));
  TermReader reader(term);
  return ReadConfig(&reader, config) && reader.AtEnd();
}

const Value kRoutes = List({Map({{"prefix", List({})},
                                 {"subprotocols", List({})},
                                 {"origins", Name("any")}})});

TEST(CompoundTest, AConfigHasRoutesPagesAndLimits) {
  Config config;
  ASSERT_TRUE(IsConfig({{"routes", kRoutes},
                        {"pages", Text("/p")},
                        {"hixie", Name("true")},
                        {"max_head", Number(9)}},
                       &config));
  EXPECT_EQ(config.routes.size(), 1U);
  EXPECT_EQ(config.pages, "/p");
  const std::vector<std::pair<std::string, int64_t>> limits = {{"hixie", 1},
                                                               {"max_head", 9}};
  EXPECT_EQ(config.limits, limits);
}

TEST(CompoundTest, ARouteTakesFramesAndNoEventsUnlessItSaysSo) {
  Config config;
  ASSERT_TRUE(
      IsConfig({{"routes", List({Map({}), Map({{"events", Name("true")},
                                               {"frames", Name("false")}})})}},
               &config));
  EXPECT_FALSE(config.routes[0].events);
  EXPECT_TRUE(config.routes[0].frames);
  EXPECT_TRUE(config.routes[1].events);
  EXPECT_FALSE(config.routes[1].frames);
}

TEST(CompoundTest, AConfigWithoutRoutesIsNone) {
  Config config;
  EXPECT_FALSE(IsConfig({}, &config));
  EXPECT_FALSE(IsConfig({{"routes", List({})}}, &config));
}

TEST(CompoundTest, OtherValuesInAConfigAreNone) {
  const Pairs wrong = {
      {"routes", Name("any")},
      {"routes", List({Text("r")})},
      {"routes", List({Map({{"prefix", Text("/a")}})})},
      {"routes", List({Map({{"prefix", List({Number(1)})}})})},
      {"routes", List({Map({{"subprotocols", Name("none")}})})},
      {"routes", List({Map({{"origins", Name("all")}})})},
      {"routes", List({Map({{"origins", Text("*")}})})},
      {"routes", List({Map({{"events", Name("maybe")}})})},
      {"routes", List({Map({{"frames", Number(1)}})})},
      {"routes", List({Map({{"colour", Name("red")}})})},
      {"pages", Name("some")},
      {"pages", Text("")},
      {"pages", Number(1)},
      {"max_head", Text("9")},
      {"max_head", Name("infinity")},
      {"max_head", Number(uint64_t{1} << 63)},
  };
  for (const auto& [key, value] : wrong) {
    Config config;
    Pairs pairs = {{key, value}};
    if (key != "routes") pairs.emplace_back("routes", kRoutes);
    EXPECT_FALSE(IsConfig(pairs, &config)) << key;
  }
}

Pairs Request() {
  return {{"method", Text("GET")},
          {"target", Text("/t")},
          {"path", Text("/p")},
          {"headers", List({Tuple({Text("a"), Text("b")})})},
          {"peer", Tuple({Text("::1"), Number(1)})},
          {"local", Tuple({Text("::2"), Number(2)})},
          {"secure", Name("false")},
          {"body", Text("x")}};
}

bool IsRequest(const Pairs& pairs) {
  const std::string term = Encode(Map(pairs));
  TermReader reader(term);
  RelayedRequest request;
  return ReadRequest(&reader, &request) && reader.AtEnd();
}

TEST(CompoundTest, ARequestHasAllItsParts) {
  EXPECT_TRUE(IsRequest(Request()));
  for (size_t i = 0; i < Request().size(); ++i) {
    Pairs pairs = Request();
    pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(IsRequest(pairs)) << Request()[i].first;
  }
}

TEST(CompoundTest, ARequestHasNoOtherParts) {
  Pairs pairs = Request();
  pairs.emplace_back("cookies", List({}));
  EXPECT_FALSE(IsRequest(pairs));
}

TEST(CompoundTest, OtherValuesInARequestAreNone) {
  const std::map<std::string, std::vector<Value>> wrong = {
      {"method", {Name("get")}},
      {"headers",
       {Text("a: b"), List({Tuple({Text("a")})}),
        List({Tuple({Name("a"), Text("b")})})}},
      {"peer",
       {Text("::1"), Tuple({Text("::1")}), Tuple({Text("::1"), Number(65536)}),
        Tuple({Number(1), Number(1)})}},
      {"secure", {Name("maybe"), Number(1)}},
  };
  for (const auto& [key, values] : wrong) {
    for (const Value& value : values) {
      Pairs pairs = Request();
      for (auto& [name, old] : pairs) {
        if (name == key) old = value;
      }
      EXPECT_FALSE(IsRequest(pairs)) << key;
    }
  }
}

TEST(CompoundTest, FieldsAreAProperList) {
  const std::string improper = Encode([](TermWriter* term) {
    term->ListHead(1);
    term->Tuple(2);
    term->Binary("a");
    term->Binary("b");
    term->Integer(1);
  });
  TermReader reader(improper);
  Fields fields;
  EXPECT_FALSE(ReadFields(&reader, &fields));
}

}  // namespace
}  // namespace rabbit_socks::node
