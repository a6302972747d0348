// SPDX-License-Identifier: MPL-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace rabbit_socks::base {
namespace {

TEST(ResultTest, IsAValueOrAFault) {
  Result<std::string> good = std::string("x");
  ASSERT_TRUE(good.ok());
  good.value() += "y";
  EXPECT_EQ(good.value(), "xy");
  const Result<std::string> bad = Fault{400, "no"};
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.fault().code, 400);
  EXPECT_EQ(bad.fault().text, "no");
}

TEST(ResultTest, CarriesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> taken = std::move(result.value());
  EXPECT_EQ(*taken, 3);
}

TEST(FaultTest, ZeroIsNoFault) {
  EXPECT_FALSE(static_cast<bool>(Fault{}));
  EXPECT_TRUE((static_cast<bool>(Fault{1002, ""})));
}

}  // namespace
}  // namespace rabbit_socks::base
