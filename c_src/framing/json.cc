// SPDX-License-Identifier: MPL-2.0
#include "framing/json.h"

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <array>
#include <cstddef>

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;

// Counts what the limits bound; false stops the reader. Numbers stay text: what
// is out of a double's range is valid JSON all the same.
class Counter {
 public:
  explicit Counter(const Limits& limits) : limits_(limits) {}

  bool Null() { return true; }
  bool Bool(bool) { return true; }
  bool Int(int) { return true; }
  bool Uint(unsigned) { return true; }
  bool Int64(int64_t) { return true; }
  bool Uint64(uint64_t) { return true; }
  bool Double(double) { return true; }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return true; }
  bool String(const char*, rapidjson::SizeType, bool) { return true; }
  bool Key(const char*, rapidjson::SizeType, bool) { return true; }
  bool StartObject() { return Enter(); }
  bool StartArray() { return Enter(); }
  bool EndObject(rapidjson::SizeType keys) {
    --depth_;
    return keys <= limits_.max_json_keys;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }

 private:
  bool Enter() { return ++depth_ <= limits_.max_json_depth; }

  const Limits& limits_;
  uint32_t depth_ = 0;
};

void AppendEscaped(unsigned char byte, std::string* out) {
  constexpr std::array<char, 16> kHex = {'0', '1', '2', '3', '4', '5',
                                         '6', '7', '8', '9', 'a', 'b',
                                         'c', 'd', 'e', 'f'};
  switch (byte) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 0xFU]);
  }
}

}  // namespace

Fault CheckJson(Bytes text, const Limits& limits) {
  using Utf8 = rapidjson::UTF8<>;
  // A NUL is the reader's sign of the end of input.
  if (text.find('\0') != Bytes::npos) return Fault{1007, "NUL in JSON"};
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<Utf8, rapidjson::MemoryStream> stream(bytes);
  rapidjson::GenericReader<Utf8, Utf8> reader;
  Counter counter(limits);
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, counter);
  if (!result.IsError()) return Fault{};
  if (result.Code() == rapidjson::kParseErrorTermination)
    return Fault{1009, "JSON too deep or with too many keys"};
  return Fault{1007, "not JSON"};
}

void AppendJsonString(Bytes text, std::string* out) {
  out->push_back('"');
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F) {
      AppendEscaped(byte, out);
    } else if (byte == '<' && i + 1 < text.size() && text[i + 1] == '/') {
      out->append("<\\/");  // would end the script element
      ++i;
    } else if (byte == 0xE2 && (text.substr(i, 3) == "\xE2\x80\xA8" ||
                                text.substr(i, 3) == "\xE2\x80\xA9")) {
      out->append(text[i + 2] == '\xA8'
                      ? "\\u2028"
                      : "\\u2029");  // line ends to JavaScript before 2019
      i += 2;
    } else {
      out->push_back(text[i]);
    }
  }
  out->push_back('"');
}

}  // namespace rabbit_socks::framing
