// SPDX-License-Identifier: MPL-2.0
// A value as JSON and Erlang both know it, flat: what passes between the
// framing, which speaks JSON, and the node, which speaks terms.
//
// Tokens in the order of the text; a container's token says how many elements
// or pairs follow it. So no value is a tree of allocations, and nothing that
// walks one recurses.
#ifndef RABBIT_SOCKS_BASE_VALUE_H_
#define RABBIT_SOCKS_BASE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::base {

class Value {
 public:
  enum class Kind : uint8_t {
    kNull,
    kBoolean,     // number: 0 or 1
    kInteger,     // number
    kDouble,      // real, finite
    kText,        // UTF-8
    kBinary,      // bytes that JSON has no place for
    kAttachment,  // number: stands for bytes that travel beside the value
    kArray,       // size elements follow
    kObject,      // size pairs follow: a kText each, then its value
  };
  struct Token {
    Kind kind = Kind::kNull;
    uint32_t size = 0;  // bytes, elements or pairs
    union {
      int64_t number = 0;
      double real;
      uint64_t at;  // of the bytes, in the value's store
    };
  };

  void Null() { Add(Kind::kNull, 0); }
  void Boolean(bool value) { AddNumber(Kind::kBoolean, value ? 1 : 0); }
  void Integer(int64_t value) { AddNumber(Kind::kInteger, value); }
  // What is not finite becomes null, as JSON has it.
  void Double(double value);
  // REQUIRES: fewer than 2^32 bytes
  void Text(Bytes text) { AddBytes(Kind::kText, text); }
  void Binary(Bytes bytes) { AddBytes(Kind::kBinary, bytes); }
  void Attachment(uint32_t number) { AddNumber(Kind::kAttachment, number); }
  // A container whose size is known.
  void Array(uint32_t elements) { Add(Kind::kArray, elements); }
  void Object(uint32_t pairs) { Add(Kind::kObject, pairs); }
  // One whose size is set when its last element is in: the token's index.
  size_t Begin(Kind kind);
  void End(size_t container, uint32_t size) { tokens_[container].size = size; }
  // A copy of the value that begins at `index`. REQUIRES: `from` is another
  void Append(const Value& from, size_t index);
  // Takes the tokens from `index` on back, and their bytes.
  void Truncate(size_t index);
  // Takes an array's first element away. REQUIRES: it is an array whose first
  // element is one token
  void PopFront();
  // What is not part of the value that begins at `index` is taken away; bytes
  // of it stay in the store until Clear.
  void Narrow(size_t index);

  // Adds a text to an array. REQUIRES: it is one
  void AppendText(Bytes text);
  // Puts the bytes into the places of the attachments. REQUIRES: there is one
  // for each
  void Attach(std::span<const std::string> attachments);

  void Clear();
  // Of the memory that it keeps, in bytes.
  size_t capacity() const {
    return tokens_.capacity() * sizeof(Token) + store_.capacity();
  }
  // Of the bytes of its texts and binaries together.
  size_t stored() const { return store_.size(); }
  bool empty() const { return tokens_.empty(); }
  const std::vector<Token>& tokens() const { return tokens_; }
  // REQUIRES: token is one of ours, kText or kBinary. Lives until the next
  // change.
  Bytes BytesOf(const Token& token) const {
    return Bytes(store_).substr(token.at, token.size);
  }
  // The index behind the value that begins at `index`.
  size_t After(size_t index) const;
  // True: an array of `elements` or more.
  bool IsArray(uint32_t elements = 0) const {
    return !empty() && tokens_[0].kind == Kind::kArray &&
           tokens_[0].size >= elements;
  }
  bool IsObject() const { return !empty() && tokens_[0].kind == Kind::kObject; }
  // The token of a key's value in the object that begins at `index`, or null.
  // Of a key that comes twice the last counts, as in JavaScript.
  const Token* Find(size_t index, Bytes key) const;

 private:
  Token& Add(Kind kind, uint32_t size);
  void AddNumber(Kind kind, int64_t number);
  void AddBytes(Kind kind, Bytes bytes);

  std::vector<Token> tokens_;
  std::string store_;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_VALUE_H_
