// SPDX-License-Identifier: MPL-2.0
#include "framing/json.h"

#include <cstddef>
#include <cstdint>

#include "base/utf8.h"
#include "framing/rapidjson_reader.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;

constexpr Fault kInvalid{1007, "not one JSON value"};
constexpr Fault kTooDeep{1009, "JSON nested too deep"};
constexpr Fault kTooManyKeys{1009, "too many keys in one JSON object"};

// Counts what the limits are about. False ends the parse.
class Counter
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Counter> {
 public:
  explicit Counter(const Limits& limits) : limits_(limits) {}

  Fault fault() const { return fault_; }

  bool StartObject() { return Enter(); }
  bool StartArray() { return Enter(); }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }
  bool EndObject(rapidjson::SizeType keys) {
    --depth_;
    return keys <= limits_.max_json_keys || Stop(kTooManyKeys);
  }
  // \udc00 alone becomes what is no UTF-8; RapidJSON sees only half a pair that
  // begins with the other half.
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return base::IsUtf8({text, size}) || Stop(kInvalid);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return String(text, size, copy);
  }

 private:
  bool Enter() { return ++depth_ <= limits_.max_json_depth || Stop(kTooDeep); }
  bool Stop(Fault fault) {
    fault_ = fault;
    return false;
  }

  const Limits& limits_;
  uint32_t depth_ = 0;
  Fault fault_;
};

void AppendEscaped(unsigned char byte, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  out->append("\\u00");
  out->push_back(kDigits[byte >> 4]);
  out->push_back(kDigits[byte & 0xF]);
}

void AppendUnit(uint32_t unit, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  out->append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4)
    out->push_back(kDigits[unit >> shift & 0xF]);
}

// The character at the front of text as one escape, or two for a pair of
// surrogates. Its size in UTF-8.
size_t AppendAscii(Bytes text, std::string* out) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  uint32_t point = byte(0) & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) point = point << 6 | (byte(i) & 0x3FU);
  if (point >= 0x10000) {
    AppendUnit(0xD800 + ((point - 0x10000) >> 10), out);
    AppendUnit(0xDC00 + ((point - 0x10000) & 0x3FF), out);
  } else {
    AppendUnit(point, out);
  }
  return size;
}

// How many bytes at the front of text need another form, which is appended.
size_t AppendSpecial(Bytes text, JsonForm form, std::string* out) {
  const char c = text[0];
  if (form == JsonForm::kAscii && static_cast<unsigned char>(c) >= 0x80)
    return AppendAscii(text, out);
  switch (c) {
    case '"':
      out->append("\\\"");
      return 1;
    case '\\':
      out->append("\\\\");
      return 1;
    case '\n':
      out->append("\\n");
      return 1;
    case '\r':
      out->append("\\r");
      return 1;
    case '\t':
      out->append("\\t");
      return 1;
    case '<':
      // "</script" would end the element, "<!--" change what ends it.
      if (text.substr(0, 2) == "</") {
        out->append("<\\/");
        return 2;
      }
      if (text.substr(0, 2) == "<!") {
        out->append("\\u003c!");
        return 2;
      }
      return 0;
    case '\xe2':
      // Line ends to older JavaScript, where no string may have one.
      if (text.substr(0, 3) == "\xe2\x80\xa8") {
        out->append("\\u2028");
        return 3;
      }
      if (text.substr(0, 3) == "\xe2\x80\xa9") {
        out->append("\\u2029");
        return 3;
      }
      return 0;
    default:
      if (static_cast<unsigned char>(c) >= 0x20) return 0;
      AppendEscaped(static_cast<unsigned char>(c), out);
      return 1;
  }
}

}  // namespace

Fault CheckJson(Bytes text, const Limits& limits) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Counter counter(limits);
  const bool parsed = !reader.Parse<kFlags>(stream, counter).IsError();
  if (counter.fault()) return counter.fault();
  // The parser takes a zero byte for the end, wherever it is.
  return parsed && stream.Tell() == text.size() ? Fault{} : kInvalid;
}

void AppendJsonString(Bytes text, std::string* out, JsonForm form) {
  out->push_back('"');
  size_t plain = 0;  // where what is not yet appended begins
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != '<' &&
        (form == JsonForm::kAscii ? byte < 0x80 : byte != 0xE2)) {
      ++i;
      continue;
    }
    out->append(text.substr(plain, i - plain));
    plain = i;
    const size_t special = AppendSpecial(text.substr(i), form, out);
    i += special != 0 ? special : 1;
    if (special != 0) plain = i;
  }
  out->append(text.substr(plain));
  out->push_back('"');
}

}  // namespace rabbit_socks::framing
