// SPDX-License-Identifier: MPL-2.0
#include "server/page_loader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace rabbit_socks::server {
namespace {

namespace fs = std::filesystem;

class PageLoaderTest : public testing::Test {
 protected:
  PageLoaderTest() {
    std::string pattern = testing::TempDir() + "rabbit_socks_pages_XXXXXX";
    base_ = mkdtemp(pattern.data());
    root_ = base_ / "www";
    fs::create_directories(root_ / "js");
    Put("index.html", "<p>index");
    Put("js/a.js", "let a;");
  }
  ~PageLoaderTest() override { fs::remove_all(base_); }

  void Put(const std::string& path, const std::string& bytes) const {
    std::ofstream(root_ / path) << bytes;
  }
  std::shared_ptr<const http::Pages> Load() {
    return LoadPages(root_.string(), limits_, &problems_);
  }
  // "": not served.
  static std::string Get(const http::Pages& pages, const std::string& path) {
    http::Request request;
    request.target = request.path = path;
    const http::Response response = pages.Answer(request);
    return response.status == 200 ? response.body : std::string();
  }

  fs::path base_, root_;
  PageLimits limits_;
  std::vector<std::string> problems_;
};

TEST_F(PageLoaderTest, ATree) {
  const auto pages = Load();
  ASSERT_NE(pages, nullptr);
  EXPECT_EQ(Get(*pages, "/index.html"), "<p>index");
  EXPECT_EQ(Get(*pages, "/"), "<p>index");
  EXPECT_EQ(Get(*pages, "/js/a.js"), "let a;");
  EXPECT_EQ(Get(*pages, "/js/b.js"), "");
  EXPECT_TRUE(problems_.empty());
}

TEST_F(PageLoaderTest, AnEmptyFileIsAPage) {
  Put("empty.css", "");
  EXPECT_EQ(Load()->size(), 3U);
}

// Attack row W02.
TEST_F(PageLoaderTest, SymbolicLinksAreNotFollowed) {
  std::ofstream(base_ / "secret.html") << "secret";
  fs::create_directory(base_ / "outside");
  std::ofstream(base_ / "outside" / "b.html") << "secret";
  fs::create_symlink("../secret.html", root_ / "link.html");
  fs::create_symlink("/etc/hostname", root_ / "hostname.txt");
  fs::create_directory_symlink("../outside", root_ / "out");
  fs::create_symlink("index.html", root_ / "inside.html");
  fs::create_symlink("loop.html", root_ / "loop.html");
  const auto pages = Load();
  for (const char* path : {"/link.html", "/hostname.txt", "/out/b.html",
                           "/inside.html", "/loop.html"})
    EXPECT_EQ(Get(*pages, path), "") << path;
  EXPECT_EQ(pages->size(), 2U);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(PageLoaderTest, TheDirectoryItselfMayBeALink) {
  fs::create_directory_symlink(root_, base_ / "current");
  EXPECT_EQ(
      LoadPages((base_ / "current").string(), limits_, &problems_)->size(), 2U);
}

// Attack row W03.
TEST_F(PageLoaderTest, WhatIsNoRegularFileIsPassedOverWithoutBlocking) {
  ASSERT_EQ(mkfifo((root_ / "fifo.html").c_str(), 0600), 0);
  fs::create_directory(root_ / "directory.html");
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (root_ / "s.html").string();
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto pages = Load();
  close(fd);
  EXPECT_EQ(pages->size(), 2U);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(PageLoaderTest, AFileOverTheLimitIsNotReadHoweverLong) {
  Put("big.html", "x");
  fs::resize_file(root_ / "big.html", uint64_t{5} << 30);  // a hole
  const auto pages = Load();
  EXPECT_EQ(Get(*pages, "/big.html"), "");
  EXPECT_EQ(pages->size(), 2U);
  EXPECT_EQ(problems_, std::vector<std::string>{"page big.html: too large"});
}

// Attack row W04.
TEST_F(PageLoaderTest, OnlyKnownKindsOfFiles) {
  for (const char* name : {"a.erl", "a.app", "a.html.gz", ".hidden.html",
                           "a.html~", "noextension", ".htaccess"})
    Put(name, "secret");
  fs::create_directory(root_ / ".git");
  Put(".git/config.txt", "secret");
  EXPECT_EQ(Load()->size(), 2U);
  EXPECT_TRUE(problems_.empty());
}

TEST_F(PageLoaderTest, TheNumberOfFilesIsBounded) {
  for (int i = 0; i < 8; ++i) Put("p" + std::to_string(i) + ".html", "x");
  limits_.max_files = 5;
  EXPECT_EQ(Load()->size(), 5U);
  EXPECT_EQ(problems_.size(), 1U);
}

TEST_F(PageLoaderTest, TheNumberOfEntriesIsBounded) {
  for (int i = 0; i < 60; ++i) Put("p" + std::to_string(i) + ".unknown", "x");
  limits_.max_files = 5;
  Load();
  EXPECT_EQ(problems_.size(), 1U);
}

TEST_F(PageLoaderTest, TheSumOfSizesIsBounded) {
  Put("a.html", std::string(100, 'x'));
  limits_.max_total = 100;  // a.html alone
  const auto pages = Load();
  EXPECT_EQ(pages->size(), 1U);
  EXPECT_EQ(Get(*pages, "/a.html").size(), 100U);
  EXPECT_EQ(problems_.size(), 1U);
}

TEST_F(PageLoaderTest, TheDepthIsBounded) {
  fs::create_directories(root_ / "1" / "2" / "3");
  Put("1/2/ok.html", "ok");
  Put("1/2/3/deep.html", "deep");
  limits_.max_depth = 2;
  const auto pages = Load();
  EXPECT_EQ(Get(*pages, "/1/2/ok.html"), "ok");
  EXPECT_EQ(Get(*pages, "/1/2/3/deep.html"), "");
  EXPECT_EQ(problems_, std::vector<std::string>{"page 1/2/3: too deep"});
}

TEST_F(PageLoaderTest, NoSuchDirectory) {
  EXPECT_EQ(LoadPages((base_ / "none").string(), limits_, &problems_), nullptr);
  EXPECT_EQ(LoadPages((root_ / "index.html").string(), limits_, &problems_),
            nullptr);
  EXPECT_EQ(problems_.size(), 2U);
}

TEST_F(PageLoaderTest, NoDescriptorIsLeft) {
  fs::create_symlink("index.html", root_ / "link.html");
  fs::create_directories(root_ / "a" / "b");
  limits_.max_depth = 1;
  const int before = dup(0);
  close(before);
  Load();
  const int after = dup(0);
  close(after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace rabbit_socks::server
