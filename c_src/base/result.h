// SPDX-License-Identifier: MPL-2.0
// A value or the reason why there is none.
//
// Fault::code is an HTTP status in http and in handshakes, a close code (RFC
// 6455 7.4.1) in websocket, framing and transport; each header says which.
// Fault::text points at static storage: never at bytes of a peer.
#ifndef RABBIT_SOCKS_BASE_RESULT_H_
#define RABBIT_SOCKS_BASE_RESULT_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace rabbit_socks::base {

struct [[nodiscard]] Fault {
  uint16_t code = 0;  // 0: no fault
  std::string_view text;

  explicit operator bool() const { return code != 0; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit: a value is a result, and so is a fault.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : held_(std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Fault fault) : held_(fault) {}

  bool ok() const { return std::holds_alternative<T>(held_); }
  // REQUIRES: ok()
  T& value() { return *std::get_if<T>(&held_); }
  const T& value() const { return *std::get_if<T>(&held_); }
  // REQUIRES: !ok()
  const Fault& fault() const { return *std::get_if<Fault>(&held_); }

 private:
  std::variant<T, Fault> held_;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_RESULT_H_
