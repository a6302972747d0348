// SPDX-License-Identifier: MPL-2.0
#include "net/tls_stream.h"

#include <gtest/gtest.h>

#include <string>

#include "net/tls_pair.h"

namespace rabbit_socks::net {
namespace {

using Step = TlsStream::Step;

const Signed& Authority() {
  static const Signed authority = Sign("authority");
  return authority;
}

const std::shared_ptr<const TlsContext>& Context() {
  static const auto context =
      ContextOf(OptionsOf(Sign("server", &Authority())));
  return context;
}

// Of each version.
class TlsStreamTest : public testing::TestWithParam<int> {
 protected:
  TlsClient::Wish wish_{.version = GetParam()};
  Step last_ = Step::kWait;
};

TEST_P(TlsStreamTest, EachSideHearsTheOther) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  EXPECT_EQ(SSL_version(pair.client.get()), GetParam());
  EXPECT_EQ(pair.client.ServerName(), "server");
  EXPECT_EQ(pair.stream->PeerCertificate(), "");
  pair.ToServer(pair.client.Say("hello"));
  EXPECT_EQ(pair.ReadAll(&last_), "hello");
  EXPECT_EQ(last_, Step::kWait);
  size_t taken = 0;
  ASSERT_EQ(pair.stream->Write("welcome", &taken), Step::kDone);
  EXPECT_EQ(taken, 7U);
  pair.client.Step(pair.FromServer());
  EXPECT_EQ(pair.client.received(), "welcome");
}

TEST_P(TlsStreamTest, ByteByByteIsTheSame) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(1), Step::kDone);
  std::string said = pair.client.Say("one");
  said += pair.client.Say("two");
  said += pair.client.SayEnd();
  std::string heard;
  for (const char& byte : said) {
    pair.ToServer({&byte, 1});
    heard += pair.ReadAll(&last_);
  }
  EXPECT_EQ(heard, "onetwo");
  EXPECT_EQ(last_, Step::kEnd);
}

// Row T04.
TEST_P(TlsStreamTest, CutAnywhereBeforeCloseNotifyIsNoEnd) {
  for (size_t cut = 0;; ++cut) {
    TlsPair pair(Context(), wish_);
    ASSERT_EQ(pair.ShakeHands(), Step::kDone);
    std::string said = pair.client.Say("a");
    said += pair.client.Say("b");
    const std::string all = said + pair.client.SayEnd();
    const bool whole = cut >= all.size();
    pair.ToServer(base::Bytes(all).substr(0, cut));
    pair.EndPeer();
    const std::string heard = pair.ReadAll(&last_);
    EXPECT_EQ(last_, whole ? Step::kEnd : Step::kBroken) << cut;
    EXPECT_EQ(heard, cut < said.size() / 2 ? ""
                     : cut < said.size()   ? "a"
                                           : "ab")
        << cut;
    if (whole) break;
  }
}

// Rows T01 and T04: in the handshake, too.
TEST_P(TlsStreamTest, CutAnywhereInTheHelloIsBroken) {
  const std::string hello = TlsClient(wish_).Step("");
  for (size_t cut = 0; cut <= hello.size(); ++cut) {
    TlsPair pair(Context(), wish_);
    pair.ToServer(base::Bytes(hello).substr(0, cut));
    ASSERT_EQ(pair.stream->Handshake(), Step::kWait) << cut;
    pair.EndPeer();
    ASSERT_EQ(pair.stream->Handshake(), Step::kBroken) << cut;
    EXPECT_FALSE(pair.stream->fault().empty());
  }
}

// Row T06: what does not fit is told by HasBuffered, since the descriptor is
// silent.
TEST_P(TlsStreamTest, ManyRecordsInOneReadAndOneInMany) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  EXPECT_FALSE(pair.stream->HasBuffered());
  std::string all;
  std::string said;
  for (int i = 0; i < 100; ++i) {
    const std::string frame = "frame " + std::to_string(i) + ";";
    all += frame;
    said += pair.client.Say(frame);
  }
  pair.ToServer(said);
  std::string heard;
  std::string buffer(64, '\0');
  do {
    size_t got = 0;
    ASSERT_EQ(pair.stream->Read(buffer, &got), Step::kDone);
    heard.append(buffer, 0, got);
  } while (pair.stream->HasBuffered());
  // What is left is still in the descriptor, which says so.
  heard += pair.ReadAll(&last_, 64);
  EXPECT_EQ(heard, all);
  EXPECT_FALSE(pair.stream->HasBuffered());
}

TEST_P(TlsStreamTest, TheEndAfterBytesIsBuffered) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  pair.ToServer(pair.client.Say("last"));
  pair.ToServer(pair.client.SayEnd());
  std::string buffer(100, '\0');
  size_t got = 0;
  ASSERT_EQ(pair.stream->Read(buffer, &got), Step::kDone);
  EXPECT_EQ(got, 4U);
  ASSERT_TRUE(pair.stream->HasBuffered());
  EXPECT_EQ(pair.stream->Read(buffer, &got), Step::kEnd);
}

// Row T05: the queue moves and grows between two tries.
TEST_P(TlsStreamTest, AFullDescriptorLosesNothing) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  std::string queue;
  for (int i = 0; queue.size() < (1U << 20); ++i) queue += std::to_string(i);
  const std::string all = queue + "the end";
  bool waited = false;
  while (!queue.empty()) {
    size_t taken = 0;
    const Step step = pair.stream->Write(queue, &taken);
    ASSERT_NE(step, Step::kBroken);
    if (step == Step::kWait) {
      if (!waited) queue += "the end";
      waited = true;
      queue = std::string(queue);  // at another place
      pair.client.Step(pair.FromServer());
    }
    queue = queue.substr(taken);
  }
  EXPECT_TRUE(waited);
  EXPECT_EQ(pair.stream->End(), Step::kDone);
  pair.client.Step(pair.FromServer());
  EXPECT_EQ(pair.client.received(), all);
  EXPECT_NE(SSL_get_shutdown(pair.client.get()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_P(TlsStreamTest, EndWaitsForAFullDescriptor) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  const std::string noise(65536, 'x');
  while (send(pair.fd(), noise.data(), noise.size(), MSG_DONTWAIT) > 0) {
  }
  EXPECT_EQ(pair.stream->End(), Step::kWait);
  pair.FromServer();
  EXPECT_EQ(pair.stream->End(), Step::kDone);
}

TEST_P(TlsStreamTest, AForgedRecordIsBroken) {
  TlsPair pair(Context(), wish_);
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  std::string said = pair.client.Say("hello");
  said.back() = static_cast<char>(said.back() ^ 1);
  pair.ToServer(said);
  EXPECT_EQ(pair.ReadAll(&last_), "");
  EXPECT_EQ(last_, Step::kBroken);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsStreamTest,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int>& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12"
                                                                  : "Tls13";
                         });

TEST(TlsStream, PlainHttpIsBrokenAndAnsweredWithAnAlert) {
  TlsPair pair(Context(), {});
  pair.ToServer("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(pair.stream->Handshake(), Step::kBroken);
  EXPECT_EQ(pair.stream->fault(), "http request");
}

TEST(TlsStream, NoiseIsBroken) {
  TlsPair pair(Context(), {});
  pair.ToServer(std::string(2000, '\xa5'));
  EXPECT_EQ(pair.stream->Handshake(), Step::kBroken);
}

// Row T02.
TEST(TlsStream, RenegotiationIsRefusedAndTheConnectionGoesOn) {
  TlsPair pair(Context(), {.version = TLS1_2_VERSION});
  ASSERT_EQ(pair.ShakeHands(), Step::kDone);
  Step last = Step::kWait;
  for (int i = 0; i < 50; ++i) {
    if (SSL_renegotiate(pair.client.get()) != 1) break;
    pair.ToServer(pair.client.Step(""));
    EXPECT_EQ(pair.ReadAll(&last), "");
    if (last != Step::kWait) break;
    pair.client.Step(pair.FromServer());
  }
  // OpenSSL's client takes the refusal for the end.
  EXPECT_TRUE(pair.client.failed());
  EXPECT_NE(last, Step::kDone);
}

}  // namespace
}  // namespace rabbit_socks::net
