// SPDX-License-Identifier: MPL-2.0
#include "net/send_queue.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

namespace rabbit_socks::net {
namespace {

class SendQueueTest : public testing::Test {
 protected:
  SendQueueTest() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(pipe2(pipe_.data(), O_NONBLOCK | O_CLOEXEC), 0);
  }
  ~SendQueueTest() override {
    close(pipe_[0]);
    close(pipe_[1]);
  }

  // Everything in the pipe.
  std::string ReadAll() {
    std::string bytes(1 << 20, '\0');
    const ssize_t got = read(pipe_[0], bytes.data(), bytes.size());
    bytes.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return bytes;
  }

  std::array<int, 2> pipe_{};
  BufferPool pool_;
  SendQueue queue_;
};

TEST_F(SendQueueTest, GathersIntoOneWriteAndGivesItsBufferBack) {
  queue_.Append("one ", &pool_);
  queue_.Append("", &pool_);
  queue_.Append(std::string(1000, 'x'), &pool_);
  EXPECT_EQ(queue_.size(), 1004U);
  EXPECT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(ReadAll(), "one " + std::string(1000, 'x'));
  EXPECT_EQ(pool_.size(), 1U);
  queue_.Append("again", &pool_);
  EXPECT_EQ(pool_.size(), 0U);
}

TEST_F(SendQueueTest, NothingIsLostOrMovedWhenThePipeIsFull) {
  std::string sent;
  std::string received;
  for (int i = 0; i < 200; ++i) {
    const std::string piece(3000, static_cast<char>('a' + i % 26));
    sent += piece;
    queue_.Append(piece, &pool_);
    ASSERT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
    if (i % 40 == 0) received += ReadAll();
  }
  EXPECT_GT(queue_.size(), 0U);
  while (!queue_.empty()) {
    const std::string got = ReadAll();
    ASSERT_FALSE(got.empty());
    received += got;
    ASSERT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
  }
  received += ReadAll();
  EXPECT_EQ(received, sent);
}

TEST_F(SendQueueTest, TakesAStringWhole) {
  queue_.AppendOwned(std::string(100000, 'y'));
  ASSERT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
  ASSERT_FALSE(queue_.empty());
  queue_.AppendOwned("tail");
  std::string received = ReadAll();
  ASSERT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
  received += ReadAll();
  EXPECT_EQ(received, std::string(100000, 'y') + "tail");
}

TEST_F(SendQueueTest, ABrokenPipeIsAnErrno) {
  close(pipe_[0]);
  queue_.Append("lost", &pool_);
  EXPECT_EQ(queue_.Flush(pipe_[1], &pool_), EPIPE);
  queue_.Drop();
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.Flush(pipe_[1], &pool_), 0);
}

TEST(BufferPoolTest, KeepsABoundedAmount) {
  BufferPool pool;
  pool.Put(std::string(BufferPool::kMaxCapacity * 2, 'x'));
  EXPECT_EQ(pool.size(), 0U);
  for (size_t i = 0; i < BufferPool::kMaxBuffers + 10; ++i)
    pool.Put(std::string(100, 'x'));
  EXPECT_EQ(pool.size(), BufferPool::kMaxBuffers);
  EXPECT_TRUE(pool.Get().empty());
}

}  // namespace
}  // namespace rabbit_socks::net
