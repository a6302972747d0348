// SPDX-License-Identifier: MPL-2.0
#include "http/origin.h"

#include <gtest/gtest.h>

#include "base/headers.h"

namespace rabbit_socks::http {
namespace {

using base::Headers;
using Verdict = OriginPolicy::Verdict;

Headers With(std::initializer_list<base::Header> fields) {
  Headers headers;
  for (const base::Header& field : fields) headers.Add(field.name, field.value);
  return headers;
}

Verdict Judge(const OriginPolicy& policy, const std::string& origin) {
  return policy.Judge(With({{"origin", origin}}));
}

std::string Get(const Response& response, const std::string& name) {
  std::string found;
  for (const auto& [key, value] : response.headers) {
    if (key == name) found += value + ";";
  }
  return found;
}

const OriginPolicy kGood({"https://good.example"});

// Row S09, CVE-2026-67405.
TEST(OriginTest, AllowsTheListedOnly) {
  for (const char* origin : {"https://good.example", "HTTPS://GOOD.EXAMPLE",
                             "https://good.example:443"}) {
    EXPECT_EQ(Judge(kGood, origin), Verdict::kAllowed) << origin;
  }
  for (const char* origin : {"https://evil.example",
                             "https://good.example.evil",
                             "https://evilgood.example",
                             "https://good.example:444",
                             "https://good.example:",
                             "https://good.example:x",
                             "https://good.example:0443",
                             "http://good.example",
                             "http://good.example:443",
                             "https://good.example/",
                             "https://good.example/a",
                             "https://good.example.",
                             "https://x@good.example",
                             "https://good.example@evil",
                             "https://evil#good.example",
                             "null",
                             "NULL",
                             "good.example",
                             "://good.example",
                             "https:/good.example",
                             "https://",
                             "https://good.example,https://evil"}) {
    EXPECT_EQ(Judge(kGood, origin), Verdict::kForbidden) << origin;
  }
}

TEST(OriginTest, ARequestWithoutOriginComesFromNoBrowser) {
  EXPECT_EQ(kGood.Judge(Headers{}), Verdict::kAllowed);
}

TEST(OriginTest, WithoutAListAnyOriginMayCome) {
  for (const char* origin : {"https://evil.example", "null", "file://",
                             "chrome-extension://abc", "anything"}) {
    EXPECT_EQ(Judge(OriginPolicy{}, origin), Verdict::kAllowed) << origin;
  }
}

// Row S11.
TEST(OriginTest, RefusesWhatIsNoOrigin) {
  for (const OriginPolicy& policy : {kGood, OriginPolicy{}}) {
    for (const char* origin :
         {"", "https://good.example https://evil.example",
          "https://good\texample", "https://good.example\x01",
          "https://g\xc3\xb6od.example", "\x7f"}) {
      EXPECT_EQ(Judge(policy, origin), Verdict::kMalformed) << origin;
    }
    EXPECT_EQ(policy.Judge(With({{"origin", "https://good.example"},
                                 {"origin", "https://good.example"}})),
              Verdict::kMalformed);
  }
}

TEST(OriginTest, PortsAndAddressesOfTheList) {
  const OriginPolicy policy({"http://A.example:8080", "https://b.example:443",
                             "http://[::1]", "http://[::1]:81", "null",
                             "app://local"});
  for (const char* origin :
       {"http://a.example:8080", "https://b.example", "http://[::1]",
        "http://[::1]:80", "http://[::1]:81", "null", "app://local"}) {
    EXPECT_EQ(Judge(policy, origin), Verdict::kAllowed) << origin;
  }
  for (const char* origin : {"http://a.example", "http://[::1]:82",
                             "http://[::1", "app://local:80"}) {
    EXPECT_EQ(Judge(policy, origin), Verdict::kForbidden) << origin;
  }
}

TEST(OriginTest, AnEntryThatIsNoOriginClosesRatherThanOpens) {
  const OriginPolicy policy({"good.example", ""});
  for (const char* origin : {"https://good.example", "good.example", "null"}) {
    EXPECT_EQ(Judge(policy, origin), Verdict::kForbidden) << origin;
  }
}

// hybi-07 to 10 call the field Sec-WebSocket-Origin.
TEST(OriginTest, LooksAtBothFields) {
  EXPECT_EQ(
      kGood.Judge(With({{"sec-websocket-origin", "https://good.example"}})),
      Verdict::kAllowed);
  EXPECT_EQ(
      kGood.Judge(With({{"sec-websocket-origin", "https://evil.example"}})),
      Verdict::kForbidden);
  EXPECT_EQ(
      kGood.Judge(With({{"origin", "https://good.example"},
                        {"sec-websocket-origin", "https://evil.example"}})),
      Verdict::kForbidden);
  EXPECT_EQ(
      kGood.Judge(With({{"origin", "https://evil.example"},
                        {"sec-websocket-origin", "https://good.example"}})),
      Verdict::kForbidden);
  EXPECT_EQ(kGood.Judge(With({{"origin", "https://evil.example"},
                              {"sec-websocket-origin", "\x01"}})),
            Verdict::kMalformed);
}

// Row S10, CVE-2020-28481.
TEST(OriginTest, EchoesTheOriginAndNeverAStar) {
  Response response;
  kGood.AddCors(With({{"origin", "https://GOOD.example"}}), &response);
  EXPECT_EQ(Get(response, "Access-Control-Allow-Origin"),
            "https://GOOD.example;");
  EXPECT_EQ(Get(response, "Access-Control-Allow-Credentials"), "true;");
  EXPECT_EQ(Get(response, "Vary"), "Origin;");
}

TEST(OriginTest, AddsNothingWithoutOriginOrPermission) {
  Response response;
  kGood.AddCors(Headers{}, &response);
  kGood.AddCors(With({{"origin", "https://evil.example"}}), &response);
  kGood.AddCors(With({{"origin", "https://good.example\x01"}}), &response);
  EXPECT_TRUE(response.headers.empty());
}

TEST(OriginTest, AnswersAPreflight) {
  const Response response =
      kGood.Preflight(With({{"origin", "https://good.example"}}));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Get(response, "Access-Control-Allow-Origin"),
            "https://good.example;");
  EXPECT_EQ(Get(response, "Access-Control-Allow-Methods"),
            "GET, POST, OPTIONS;");
  EXPECT_EQ(Get(response, "Access-Control-Allow-Headers"), "Content-Type;");
}

TEST(OriginTest, APageMaySendTheFieldsThatItAsksFor) {
  const auto allowed = [](std::vector<std::string> asked) {
    base::Headers request = With({{"origin", "https://good.example"}});
    for (std::string& value : asked)
      request.Add("access-control-request-headers", std::move(value));
    return Get(kGood.Preflight(request), "Access-Control-Allow-Headers");
  };
  EXPECT_EQ(allowed({"content-type,x-own"}), "content-type,x-own;");
  EXPECT_EQ(allowed({"Authorization, X-Own"}), "Authorization, X-Own;");
  EXPECT_EQ(allowed({std::string(1024, 'a')}), std::string(1024, 'a') + ";");
  for (const std::vector<std::string>& asked :
       std::vector<std::vector<std::string>>{{""},
                                             {"a: b"},
                                             {"a\tb"},
                                             {"\xc3\xbc"},
                                             {"x-one", "x-two"},
                                             {std::string(1025, 'a')}})
    EXPECT_EQ(allowed(asked), "Content-Type;") << asked.front();
}

}  // namespace
}  // namespace rabbit_socks::http
