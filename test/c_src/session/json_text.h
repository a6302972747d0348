// SPDX-License-Identifier: MPL-2.0
// JSON in tests: text to values and back.
#ifndef RABBIT_SOCKS_TEST_SESSION_JSON_TEXT_H_
#define RABBIT_SOCKS_TEST_SESSION_JSON_TEXT_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/value.h"
#include "framing/json_value.h"

namespace rabbit_socks::session {

struct JsonText {
  static base::Value Parsed(const std::string& json) {
    base::Value value;
    EXPECT_FALSE(framing::ParseJson(json, {}, 0, &value)) << json;
    return value;
  }
  // Bytes as "<N>".
  static std::string Json(const base::Value& value) {
    std::string json;
    std::vector<base::Bytes> bytes;
    framing::AppendJson(value, 0, framing::JsonForm::kUtf8, &json, &bytes);
    for (const base::Bytes one : bytes)
      json.append("<").append(one).append(">");
    return json;
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_TEST_SESSION_JSON_TEXT_H_
