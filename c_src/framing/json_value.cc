// SPDX-License-Identifier: MPL-2.0
#include "framing/json_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "base/base64.h"
#include "base/utf8.h"
#include "framing/rapidjson_reader.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Value;
using Kind = Value::Kind;

constexpr Fault kInvalid{1007, "not one JSON value"};
constexpr Fault kTooDeep{1009, "JSON nested too deep"};
constexpr Fault kTooManyKeys{1009, "too many keys in one JSON object"};
constexpr Fault kIllegal{1002, "illegal attachments"};
constexpr Fault kNoBase64{1007, "bytes that are not base64"};
// The key of bytes within the text.
constexpr Bytes kBase64 = "$base64";

class Builder
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  Builder(const Limits& limits, uint32_t attachments, bool has_inline,
          Value* value)
      : limits_(limits),
        seen_(attachments),
        has_inline_(has_inline),
        value_(value) {}

  Fault fault() const { return fault_; }

  bool Null() { return value_->Null(), true; }
  bool Bool(bool value) { return value_->Boolean(value), true; }
  // Of RapidJSON only the grammar: its full precision reads outside of its
  // table for 0.{400*0}1, and its normal one is not the nearest double.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    int64_t integer = 0;
    const auto whole = std::from_chars(text, text + size, integer);
    if (whole.ec == std::errc() && whole.ptr == text + size)
      return value_->Integer(integer), true;
    double real = 0;
    if (std::from_chars(text, text + size, real).ec != std::errc()) {
      // Too large or too small; RapidJSON ends the text with a zero byte.
      real = std::strtod(text, nullptr);
    }
    return std::isfinite(real) ? (value_->Double(real), true) : Stop(kInvalid);
  }
  // Half a pair of surrogates in escapes: see json.cc.
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!base::IsUtf8({text, size})) return Stop(kInvalid);
    return value_->Text({text, size}), true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return String(text, size, copy);
  }
  bool StartObject() { return Enter(Kind::kObject); }
  bool StartArray() { return Enter(Kind::kArray); }
  bool EndArray(rapidjson::SizeType elements) {
    value_->End(Leave(), elements);
    return true;
  }
  bool EndObject(rapidjson::SizeType pairs) {
    if (pairs > limits_.max_json_keys) return Stop(kTooManyKeys);
    const size_t object = Leave();
    value_->End(object, pairs);
    if (has_inline_ && pairs == 1) return PlaceInline(object);
    return seen_.empty() || Place(object);
  }

 private:
  bool Enter(Kind kind) {
    if (open_.size() == limits_.max_json_depth) return Stop(kTooDeep);
    open_.push_back(value_->Begin(kind));
    return true;
  }
  size_t Leave() {
    const size_t container = open_.back();
    open_.pop_back();
    return container;
  }
  bool Stop(Fault fault) {
    fault_ = fault;
    return false;
  }
  bool Place(size_t object) {
    const Value::Token* mark = value_->Find(object, "_placeholder");
    if (mark == nullptr || mark->kind != Kind::kBoolean || mark->number == 0)
      return true;
    const Value::Token* num = value_->Find(object, "num");
    if (num == nullptr || num->kind != Kind::kInteger || num->number < 0 ||
        static_cast<uint64_t>(num->number) >= seen_.size())
      return Stop(kIllegal);
    const auto number = static_cast<uint32_t>(num->number);
    if (seen_[number]) return Stop(kIllegal);
    seen_[number] = true;
    value_->Truncate(object);
    value_->Attachment(number);
    return true;
  }
  bool PlaceInline(size_t object) {
    const Value::Token* text = value_->Find(object, kBase64);
    if (text == nullptr) return true;
    std::string bytes;
    if (text->kind != Kind::kText ||
        !base::AppendBase64Decoded(value_->BytesOf(*text),
                                   base::Base64Padding::kRequired, &bytes))
      return Stop(kNoBase64);
    value_->Truncate(object);
    value_->Binary(bytes);
    return true;
  }

  const Limits& limits_;
  std::vector<bool> seen_;
  bool has_inline_;
  std::vector<size_t> open_;  // the containers around
  Value* value_;
  Fault fault_;
};

template <class Number>
void AppendNumber(Number number, std::string* out) {
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number);
  out->append(text.data(), end.ptr);
}

class Writer {
 public:
  Writer(const Value& value, JsonForm form, std::string* out,
         std::vector<Bytes>* attachments)
      : value_(value), form_(form), out_(out), attachments_(attachments) {}

  // Nothing recurses: what is open is counted down.
  void Write(size_t index) {
    const size_t end = value_.After(index);
    for (; index < end; ++index) {
      Separate();
      Token(value_.tokens()[index]);
      while (!open_.empty() && open_.back().left == 0) {
        out_->push_back(open_.back().close);
        open_.pop_back();
      }
    }
  }

 private:
  struct Open {
    uint64_t left;  // tokens of its own level, keys counted
    char close;
    bool key;  // the next token is one
    bool first;
  };

  void Separate() {
    if (open_.empty()) return;
    Open& open = open_.back();
    const bool in_object = open.close == '}';
    if (in_object && !open.key) {
      out_->push_back(':');
    } else if (!open.first) {
      out_->push_back(',');
    }
    open.first = false;
    if (in_object) open.key = !open.key;
    --open.left;
  }

  void Token(const Value::Token& token) {
    switch (token.kind) {
      case Kind::kNull:
        out_->append("null");
        break;
      case Kind::kBoolean:
        out_->append(token.number != 0 ? "true" : "false");
        break;
      case Kind::kInteger:
        AppendNumber(token.number, out_);
        break;
      case Kind::kDouble:
        AppendNumber(token.real, out_);
        break;
      case Kind::kText:
        AppendJsonString(value_.BytesOf(token), out_, form_);
        break;
      case Kind::kBinary:
        Attach(value_.BytesOf(token));
        break;
      case Kind::kAttachment:  // of a value that came, not one that goes
        out_->append("null");
        break;
      case Kind::kArray:
        out_->push_back('[');
        open_.push_back({token.size, ']', false, true});
        break;
      case Kind::kObject:
        out_->push_back('{');
        open_.push_back({uint64_t{2} * token.size, '}', true, true});
        break;
    }
  }

  void Attach(Bytes bytes) {
    if (form_ == JsonForm::kInline) {
      out_->append("{\"").append(kBase64).append("\":\"");
      base::AppendBase64(bytes, out_);
      out_->append("\"}");
      return;
    }
    if (attachments_ == nullptr) {
      out_->append("null");
      return;
    }
    out_->append(R"({"_placeholder":true,"num":)");
    AppendNumber(attachments_->size(), out_);
    out_->push_back('}');
    attachments_->push_back(bytes);
  }

  const Value& value_;
  JsonForm form_;
  std::string* out_;
  std::vector<Bytes>* attachments_;
  std::vector<Open> open_;
};

Fault Parse(Bytes text, Builder* builder) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  const bool parsed = !reader.Parse<kFlags>(stream, *builder).IsError();
  if (builder->fault()) return builder->fault();
  // The parser takes a zero byte for the end, wherever it is.
  return parsed && stream.Tell() == text.size() ? Fault{} : kInvalid;
}

}  // namespace

Fault ParseJson(Bytes text, const Limits& limits, uint32_t attachments,
                Value* value) {
  value->Clear();
  Builder builder(limits, attachments, false, value);
  return Parse(text, &builder);
}

Fault ParseInlineJson(Bytes text, const Limits& limits, Value* value) {
  value->Clear();
  Builder builder(limits, 0, true, value);
  return Parse(text, &builder);
}

void AppendJson(const Value& value, size_t index, JsonForm form,
                std::string* out, std::vector<Bytes>* attachments) {
  Writer(value, form, out, attachments).Write(index);
}

}  // namespace rabbit_socks::framing
