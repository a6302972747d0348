// SPDX-License-Identifier: MPL-2.0
#include "session/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rabbit_socks::session {
namespace {

using TargetKind = Target::Kind;

std::vector<Route> Routes(
    const std::vector<std::vector<std::string>>& prefixes) {
  std::vector<Route> routes;
  for (const auto& prefix : prefixes) {
    routes.emplace_back();
    routes.back().prefix = prefix;
  }
  return routes;
}

// "kind path,path transport name operation index"; "-" for what is not there.
std::string Found(const std::string& path) {
  const base::Result<Target> found = FindTarget(path, Routes({{}}));
  if (!found.ok()) return std::to_string(found.fault().code);
  const Target& target = found.value();
  const char* const kinds[] = {"page", "websocket", "0.6",
                               "0.9",  "engine",    "bare"};
  std::string text = kinds[static_cast<size_t>(target.kind)];
  const auto add = [&](const std::string& part) {
    text += " " + (part.empty() ? "-" : part);
  };
  std::string parts;
  for (const std::string& part : target.path)
    parts += (parts.empty() ? "" : ",") + part;
  add(parts);
  add(target.transport == nullptr ? "" : target.transport->name);
  add(target.name);
  add(target.operation);
  add(target.jsonp_index);
  return text;
}

TEST(Router, PathsOfEveryKind) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/", "page - - - - -"},
      {"/index.html", "page - - - - -"},
      {"/websocketx", "page - - - - -"},
      {"/socket.io", "page - - - - -"},
      {"/engine.io", "page - - - - -"},
      {"//socket.io/", "page - - - - -"},
      {"/websocket", "websocket - - - - -"},
      {"/websocket/a/b%20c//", "websocket a,b c - - - -"},
      {"/websocket/%zz", "400"},
      {"/engine.io/", "bare - - - - -"},
      {"/engine.io/a/", "bare a - - - -"},
      {"/socket.io/", "engine - - - - -"},
      {"/socket.io/chat/", "engine chat - - - -"},
      {"/socket.io/%zz/", "400"},
      // 0.6
      {"/socket.io/xhr-polling//1", "0.6 - xhr-polling - 1 -"},
      {"/socket.io/a/jsonp-polling/ID/2/0", "0.6 a jsonp-polling ID 2 0"},
      {"/socket.io/a/websocket", "0.6 a websocket - - -"},
      {"/socket.io/websocket/xhr-polling/ID/send",
       "0.6 websocket xhr-polling ID send -"},
      // 0.9
      {"/socket.io/1", "0.9 - - - - -"},
      {"/socket.io/1/", "0.9 - - - - -"},
      {"/socket.io/chat/1/", "0.9 chat - - - -"},
      {"/socket.io/1/xhr-polling/ID", "0.9 - xhr-polling ID xhr-polling -"},
      {"/socket.io/1/flashsocket/ID/", "0.9 - flashsocket ID flashsocket -"},
      {"/socket.io/1//ID/", "0.9 - - ID - -"},
      {"/socket.io/1/xhr-multipart/ID", "0.9 - - ID xhr-multipart -"},
      {"/socket.io/a/b/1/htmlfile/ID", "0.9 a,b htmlfile ID htmlfile -"},
      // A part "1" of the resource's own path.
      {"/socket.io/room/1/xhr-polling//2",
       "0.9 room xhr-polling - xhr-polling -"},
      {"/socket.io/room/1/chat/", "engine room,1,chat - - - -"},
      {"/socket.io/xhr-polling/1/2", "0.6 - xhr-polling 1 2 -"},
      {"/socket.io/2/", "engine 2 - - - -"},
  };
  for (const auto& [path, expected] : cases)
    EXPECT_EQ(Found(path), expected) << path;
}

TEST(Router, TheLongestPrefixWins) {
  const std::vector<Route> routes = Routes({{"a"}, {"a", "b"}, {"c"}});
  const auto route = [&](const std::string& path) {
    const base::Result<Target> found = FindTarget(path, routes);
    if (!found.ok()) return std::to_string(found.fault().code);
    return std::to_string(found.value().route) + ":" +
           testing::PrintToString(found.value().path);
  };
  EXPECT_EQ(route("/websocket/a/x"), "0:{ \"x\" }");
  EXPECT_EQ(route("/websocket/a/b/x"), "1:{ \"x\" }");
  EXPECT_EQ(route("/websocket/%61/b"), "1:{}") << "compared decoded";
  EXPECT_EQ(route("/websocket/ab"), "404");
  EXPECT_EQ(route("/websocket/"), "404");
  EXPECT_EQ(route("/socket.io/c/1/"), "2:{}");
  EXPECT_EQ(route("/socket.io/a/b/"), "1:{}");
  EXPECT_EQ(route("/socket.io/c/d/xhr-polling//1"), "2:{ \"d\" }");
  EXPECT_EQ(route("/engine.io/c/"), "2:{}");
  EXPECT_EQ(route("/nothing"), "0:{}") << "a page is of no route";
}

}  // namespace
}  // namespace rabbit_socks::session
