// SPDX-License-Identifier: MPL-2.0
#include "node/value_writer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "node/term_writer.h"

namespace rabbit_socks::node {
namespace {

using base::Bytes;
using base::Value;
using Kind = Value::Kind;

class Writer {
 public:
  Writer(const Value& value, std::span<const Bytes> attachments,
         std::string* out)
      : value_(value), attachments_(attachments), term_(out), out_(out) {}

  // Nothing recurses: what is open is counted down.
  void Write(size_t index) {
    do {
      Count(value_.tokens()[index]);
      index = Write(value_.tokens()[index], index + 1);
      Close();
    } while (!open_.empty());
    Compact();
  }

 private:
  struct Open {
    uint64_t left;  // tokens of its own level, keys counted
    size_t head;    // where it lies in out
    size_t keys;    // of an object: where its own begin in keys_
    bool object;
  };
  struct Key {
    Bytes text;
    size_t begin, end;  // of the pair, in out
  };
  struct Range {
    size_t begin, end;
  };

  void Count(const Value::Token& token) {
    if (open_.empty()) return;
    Open& open = open_.back();
    if (open.object && open.left % 2 == 0)
      keys_.push_back({value_.BytesOf(token), out_->size(), 0});
    --open.left;
  }

  // Answers the index of the token to follow.
  size_t Write(const Value::Token& token, size_t next) {
    switch (token.kind) {
      case Kind::kNull:
        term_.Atom("null");
        break;
      case Kind::kBoolean:
        term_.Boolean(token.number != 0);
        break;
      case Kind::kInteger:
        term_.Signed(token.number);
        break;
      case Kind::kDouble:
        term_.Double(token.real);
        break;
      case Kind::kText:
        term_.Binary(value_.BytesOf(token));
        break;
      case Kind::kBinary:
        Binary(value_.BytesOf(token));
        break;
      case Kind::kAttachment:
        RS_CHECK(static_cast<uint64_t>(token.number) < attachments_.size(),
                 "a value without its attachment");
        Binary(attachments_[static_cast<size_t>(token.number)]);
        break;
      case Kind::kArray:
        return Array(token.size, next);
      case Kind::kObject:
        open_.push_back(
            {uint64_t{2} * token.size, out_->size(), keys_.size(), true});
        term_.Map(token.size);
        break;
    }
    return next;
  }

  void Binary(Bytes bytes) {
    term_.Tuple(2);
    term_.Atom("binary");
    term_.Binary(bytes);
  }

  size_t Array(uint32_t size, size_t next) {
    if (IsPacked(size, next)) {
      term_.PackedListHead(static_cast<uint16_t>(size));
      for (const size_t end = next + size; next < end; ++next) {
        out_->push_back(static_cast<char>(value_.tokens()[next].number));
      }
      return next;
    }
    open_.push_back({size, 0, 0, false});
    term_.ListHead(size);
    return next;
  }

  // As Erlang writes lists of bytes. Looks no further than at the first element
  // that is none.
  bool IsPacked(uint32_t size, size_t next) const {
    if (size == 0 || size > std::numeric_limits<uint16_t>::max()) return false;
    const auto first =
        value_.tokens().begin() + static_cast<std::ptrdiff_t>(next);
    return std::all_of(first, first + size, [](const Value::Token& token) {
      return token.kind == Kind::kInteger && token.number >= 0 &&
             token.number <= 0xFF;
    });
  }

  void Close() {
    while (!open_.empty() && open_.back().left == 0) {
      if (open_.back().object) {
        CloseObject(open_.back());
      } else {
        term_.ListEnd();
      }
      open_.pop_back();
    }
  }

  // What goes is only noted: taken out at once, a pair within a pair within a
  // pair would move everything each time.
  void CloseObject(const Open& object) {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(object.keys);
    const auto pairs = static_cast<uint32_t>(keys_.end() - first);
    if (pairs > 1) {
      for (auto key = first; key + 1 != keys_.end(); ++key) {
        key->end = (key + 1)->begin;
      }
      // Sorted, not hashed: equal hashes can be sent.
      std::sort(first, keys_.end(), [](const Key& a, const Key& b) {
        return std::tuple(a.text.size(), a.text, a.begin) <
               std::tuple(b.text.size(), b.text, b.begin);
      });
      const size_t before = gone_.size();
      for (auto key = first; key + 1 != keys_.end(); ++key) {
        if (key->text == (key + 1)->text)
          gone_.push_back({key->begin, key->end});
      }
      const auto gone = static_cast<uint32_t>(gone_.size() - before);
      if (gone > 0) term_.PatchHead(object.head, pairs - gone);
    }
    keys_.resize(object.keys);
  }

  void Compact() {
    if (gone_.empty()) return;
    std::sort(gone_.begin(), gone_.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    size_t kept = gone_.front().begin;
    size_t from = kept;
    const auto keep = [&](size_t end) {
      std::copy(out_->data() + from, out_->data() + end, out_->data() + kept);
      kept += end - from;
    };
    for (const Range& range : gone_) {
      if (range.begin < from) continue;  // within one that goes
      keep(range.begin);
      from = range.end;
    }
    keep(out_->size());
    out_->resize(kept);
  }

  const Value& value_;
  std::span<const Bytes> attachments_;
  TermWriter term_;
  std::string* out_;
  std::vector<Open> open_;
  std::vector<Key> keys_;    // of the objects that are open
  std::vector<Range> gone_;  // pairs whose key came again
};

}  // namespace

void AppendValue(const Value& value, size_t index,
                 std::span<const Bytes> attachments, std::string* out) {
  Writer(value, attachments, out).Write(index);
}

}  // namespace rabbit_socks::node
