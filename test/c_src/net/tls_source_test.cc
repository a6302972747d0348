// SPDX-License-Identifier: MPL-2.0
#include "net/tls_source.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "net/tls_pair.h"

namespace rabbit_socks::net {
namespace {

constexpr base::Time kSecond = TlsSource::kLookInterval;

class TlsSourceTest : public testing::Test {
 protected:
  TlsSourceTest() {
    std::string directory = "/tmp/rabbit_socks-tls.XXXXXX";
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    directory_ = directory;
    options_.identity.certfile = file_ = directory_ + "/cert.pem";
  }
  ~TlsSourceTest() override {
    unlink(file_.c_str());
    rmdir(directory_.c_str());
  }
  // In one step, as programs do that renew certificates.
  void Write(const std::string& text) const {
    std::ofstream(file_ + ".new") << text;
    EXPECT_EQ(rename((file_ + ".new").c_str(), file_.c_str()), 0);
  }
  // The name that a client sees now.
  std::string Seen(base::Time now) {
    const auto context = source_.Current(now);
    if (!context) return "";
    TlsPair pair(context, {});
    EXPECT_EQ(pair.ShakeHands(), TlsStream::Step::kDone);
    return pair.client.ServerName();
  }
  std::string Reports() {
    std::string all;
    for (const TlsSource::Report& report : source_.TakeReports())
      all += (report.error ? "error " : "warning ") + report.text + "\n";
    return all;
  }

  std::string directory_, file_;
  base::TlsOptions options_;
  TlsSource source_{base::TlsOptions()};
};

// Row T07.
TEST_F(TlsSourceTest, ARenewedFileIsReadWithinASecondOfAConnection) {
  Write(Sign("first").Pem());
  source_ = TlsSource(options_);
  EXPECT_EQ(Seen(5), "first");
  Write(Sign("second").Pem());
  EXPECT_EQ(Seen(5 + kSecond - 1), "first");
  EXPECT_EQ(Seen(5 + kSecond), "second");
  EXPECT_EQ(Reports(), "");
}

TEST_F(TlsSourceTest, ABadFileLeavesTheOldOneAndIsToldOnce) {
  Write(Sign("first").Pem());
  source_ = TlsSource(options_);
  EXPECT_EQ(Seen(0), "first");
  Write("nonsense");
  EXPECT_EQ(Seen(kSecond), "first");
  EXPECT_EQ(Reports(),
            "error TLS: the certificate of before is still served: no start "
            "line (certfile " +
                file_ + ")\n");
  EXPECT_EQ(Seen(2 * kSecond), "first");
  EXPECT_EQ(Reports(), "");
  unlink(file_.c_str());
  EXPECT_EQ(Seen(3 * kSecond), "first");
  EXPECT_NE(Reports().find("No such file or directory"), std::string::npos);
  Write(Sign("second").Pem());
  EXPECT_EQ(Seen(4 * kSecond), "second");
  EXPECT_EQ(Reports(), "");
}

TEST_F(TlsSourceTest, NothingUsableIsMendedByAGoodFile) {
  source_ = TlsSource(options_);
  EXPECT_EQ(Seen(0), "");
  EXPECT_NE(Reports().find("connections are refused until this is mended"),
            std::string::npos);
  Write(Sign("first").Pem());
  EXPECT_EQ(Seen(kSecond), "first");
}

TEST_F(TlsSourceTest, AnExpiredFileIsServedWithAWarning) {
  Write(Sign("late", nullptr, -1).Pem());
  source_ = TlsSource(options_);
  EXPECT_EQ(Seen(0), "late");
  EXPECT_EQ(Reports(),
            "warning TLS: an expired certificate is served (certfile " + file_ +
                ")\n");
}

TEST_F(TlsSourceTest, TheKeysOfTicketsAreRenewed) {
  Write(Sign("first").Pem());
  source_ = TlsSource(options_);
  const auto first = source_.Current(0);
  EXPECT_EQ(source_.Current(TlsSource::kTicketKeyLife - 1), first);
  EXPECT_NE(source_.Current(TlsSource::kTicketKeyLife + kSecond), first);
}

}  // namespace
}  // namespace rabbit_socks::net
