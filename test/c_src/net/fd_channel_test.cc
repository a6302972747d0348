// SPDX-License-Identifier: MPL-2.0
#include "net/fd_channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "net/fixture.h"

namespace rabbit_socks::net {
namespace {

class FdChannelTest : public LoopTest {
 protected:
  FdChannelTest() { EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC), 0); }
  ~FdChannelTest() override {
    close(pipe_[0]);
    CloseWriteEnd();
    for (const auto& [id, fd] : events_.descriptors) close(fd);
  }
  void CloseWriteEnd() {
    if (pipe_[1] >= 0) close(pipe_[1]);
    pipe_[1] = -1;
  }
  // True when no copy of the pipe's write end is open any more.
  bool AllCopiesClosed() {
    CloseWriteEnd();
    fcntl(pipe_[0], F_SETFL, O_NONBLOCK);
    char byte = 0;
    return read(pipe_[0], &byte, 1) == 0;
  }

  std::array<int, 2> pipe_{-1, -1};
};

const std::string kId("\x00\x12\x34\x56\x78\x9a\xbc\xde", 8);

TEST_F(FdChannelTest, ADescriptorComesWithItsId) {
  node_.SendDescriptor(kId, {pipe_[1]});
  RunUntil([&] { return events_.descriptors.size() == 1; });
  EXPECT_EQ(events_.descriptors[0].first, 0x123456789abcdeU);
  const int fd = events_.descriptors[0].second;
  EXPECT_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  ASSERT_EQ(write(fd, "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(pipe_[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_F(FdChannelTest, ManyInOrder) {
  for (char i = 0; i < 5; ++i)
    node_.SendDescriptor(std::string(7, '\0') + i, {pipe_[1]});
  RunUntil([&] { return events_.descriptors.size() == 5; });
  for (uint64_t i = 0; i < 5; ++i) EXPECT_EQ(events_.descriptors[i].first, i);
}

TEST_F(FdChannelTest, MalformedMessagesAreDroppedWithTheirDescriptors) {
  node_.SendDescriptor(kId, {});
  node_.SendDescriptor(kId.substr(1), {pipe_[1]});
  node_.SendDescriptor(kId + "x", {pipe_[1]});
  node_.SendDescriptor(kId + std::string(100, 'x'), {pipe_[1]});
  node_.SendDescriptor(kId, {pipe_[1], pipe_[1]});
  node_.SendDescriptor(kId, std::vector<int>(20, pipe_[1]));
  RunUntil([&] { return events_.warnings.size() == 6; });
  EXPECT_TRUE(events_.descriptors.empty());
  EXPECT_TRUE(AllCopiesClosed());
  EXPECT_EQ(events_.link_ends, 0);
}

TEST_F(FdChannelTest, ItsEndIsTheEndOfTheNode) {
  node_.channel().Close();
  RunUntil([&] { return events_.link_ends == 1; });
  EXPECT_FALSE(events_.garbage);
}

TEST(FdChannelConnectTest, NobodyListens) {
  Recorder events;
  std::array<int, 2> link{};
  for (const std::string& path :
       {std::string(), testing::TempDir() + "rabbit_socks_no_such_socket",
        std::string(200, 'x')}) {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link.data()),
              0);
    NodeEnds ends;
    ends.link_in = link[0];
    ends.link_out = link[1];
    ends.channel_path = path;
    std::string error;
    EXPECT_EQ(Loop::Create(ends, &events, &error), nullptr);
    EXPECT_NE(error.find("descriptor channel"), std::string::npos) << error;
    EXPECT_EQ(fcntl(link[0], F_GETFD), -1);
    EXPECT_EQ(fcntl(link[1], F_GETFD), -1);
  }
}

}  // namespace
}  // namespace rabbit_socks::net
