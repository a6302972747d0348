// SPDX-License-Identifier: MPL-2.0
#include "http/pages.h"

#include <gtest/gtest.h>

namespace rabbit_socks::http {
namespace {

Request Asking(const std::string& path, Method method = Method::kGet) {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

std::string Get(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Pages Some() {
  Pages pages;
  pages.Add("index.html", "<p>start</p>");
  pages.Add("js/a.js", "1;");
  pages.Add("docs/index.html", "<p>docs</p>");
  pages.Add("a b.txt", "space");
  return pages;
}

TEST(PagesTest, Answers) {
  const Pages pages = Some();
  EXPECT_EQ(pages.size(), 4U);
  const Response page = pages.Answer(Asking("/js/a.js"));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "1;");
  EXPECT_EQ(Get(page, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(pages.Answer(Asking("/")).body, "<p>start</p>");
  EXPECT_EQ(pages.Answer(Asking("/index.html")).body, "<p>start</p>");
  EXPECT_EQ(pages.Answer(Asking("/docs/")).body, "<p>docs</p>");
  EXPECT_EQ(pages.Answer(Asking("/a%20b.txt")).body, "space");
  EXPECT_EQ(pages.Answer(Asking("/js/a.js", Method::kHead)).body, "1;")
      << "the writer leaves it out, but needs its length";
}

TEST(PagesTest, HasAFileUnderItsOwnPathOnly) {
  const Pages pages = Some();
  EXPECT_TRUE(pages.Has("/js/a.js"));
  EXPECT_TRUE(pages.Has("/docs/index.html"));
  for (const char* path :
       {"/docs/", "/a%20b.txt", "js/a.js", "/js/b.js", "/", ""})
    EXPECT_FALSE(pages.Has(path)) << path;
}

// Rows W01 to W04.
TEST(PagesTest, HasNothingOutsideTheSet) {
  const Pages pages = Some();
  for (const char* path : {"/../rabbit_socks.app",
                           "/%2e%2e/",
                           "/..%2f",
                           "/%252e%252e/",
                           "/.%00.html",
                           "/a/..\\..\\x",
                           "//etc/passwd",
                           "/%c0%ae%c0%ae/",
                           "/js",
                           "/js/",
                           "/docs",
                           "/js/../index.html",
                           "/./index.html",
                           "//index.html",
                           "/index.html/",
                           "/index.html%00",
                           "/INDEX.html",
                           "/%zz",
                           "/index.html%",
                           "/js%5ca.js",
                           ""}) {
    const Response response = pages.Answer(Asking(path));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, "no such page");
  }
}

TEST(PagesTest, LeavesOutWhatIsNotToBeServed) {
  Pages pages;
  for (const char* path :
       {"a.erl", "a.app", ".htaccess", ".a.html", "x/.git/a.html", "../a.html",
        "x/../a.html", "/a.html", "x//a.html", "a", "a.", "html", "a.html.gz",
        "", "x/"}) {
    pages.Add(path, "secret");
  }
  EXPECT_EQ(pages.size(), 0U);
}

// Row W05.
TEST(PagesTest, CarriesTheSecurityFields) {
  const Pages pages = Some();
  for (const Response& response :
       {pages.Answer(Asking("/")), pages.Answer(Asking("/no")),
        pages.Answer(Asking("/", Method::kPost))}) {
    EXPECT_EQ(Get(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(Get(response, "X-Frame-Options"), "SAMEORIGIN");
    EXPECT_EQ(Get(response, "Referrer-Policy"), "no-referrer");
    EXPECT_NE(
        Get(response, "Content-Security-Policy").find("default-src 'self'"),
        std::string::npos);
    EXPECT_EQ(Get(response, "Content-Security-Policy").find("unsafe"),
              std::string::npos);
  }
}

TEST(PagesTest, TakesGetAndHeadOnly) {
  for (const Method method :
       {Method::kPost, Method::kOptions, Method::kOther}) {
    const Response response = Some().Answer(Asking("/", method));
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(Get(response, "Allow"), "GET, HEAD");
  }
}

TEST(PagesTest, AnswersAKnownTagWithoutBody) {
  const Pages pages = Some();
  const std::string etag = Get(pages.Answer(Asking("/")), "ETag");
  ASSERT_EQ(etag.size(), 42U);
  EXPECT_EQ(etag.front(), '"');
  EXPECT_EQ(etag.back(), '"');
  for (const std::string& known :
       {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    Request request = Asking("/");
    request.headers.Add("if-none-match", known);
    const Response response = pages.Answer(request);
    EXPECT_EQ(response.status, 304) << known;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(Get(response, "ETag"), etag);
  }
  Request request = Asking("/docs/");
  request.headers.Add("if-none-match", etag);
  EXPECT_EQ(pages.Answer(request).status, 200) << "another page, another tag";
}

// Row W06.
TEST(PagesTest, IgnoresRanges) {
  Request request = Asking("/");
  request.headers.Add("range", "bytes=0-,0-,0-");
  const Response response = Some().Answer(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "<p>start</p>");
}

TEST(PagesTest, ALaterFileTakesThePlace) {
  Pages pages = Some();
  pages.Add("index.html", "new");
  EXPECT_EQ(pages.size(), 4U);
  EXPECT_EQ(pages.Answer(Asking("/")).body, "new");
}

}  // namespace
}  // namespace rabbit_socks::http
