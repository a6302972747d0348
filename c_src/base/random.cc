// SPDX-License-Identifier: MPL-2.0
#include "base/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/check.h"

namespace rabbit_socks::base {

std::string RandomName() {
  std::array<unsigned char, 20> bits;
  // A name that can be guessed gives a session away: without good bits there is
  // no way on.
  RS_CHECK(RAND_bytes(bits.data(), static_cast<int>(bits.size())) == 1,
           "no random bytes from libcrypto");
  std::string name =
      Base64Encode({reinterpret_cast<const char*>(bits.data()), bits.size()});
  name.pop_back();  // the one "=" that 20 bytes end with
  std::replace(name.begin(), name.end(), '+', '-');
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

bool IsName(Bytes text) {
  constexpr Bytes kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.find_first_not_of(kAlphabet) == Bytes::npos;
}

}  // namespace rabbit_socks::base
