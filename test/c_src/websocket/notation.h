// SPDX-License-Identifier: MPL-2.0
// How frames are written in tests and in the vector files of this room.
//
// Hex digits in pairs, with spaces where they help; "text" as it stands; M for
// a mask of zeros, which leaves the payload readable; X*N for N times X; ( ...
// )*N for a group.
#ifndef RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_
#define RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_

#include <string>
#include <string_view>

#include "support/vectors.h"

namespace rabbit_socks::websocket {

// Adds a test failure for what is no notation.
std::string Unpack(std::string_view notation);

// A vector's title as GoogleTest wants names: letters and digits.
std::string TestName(const test::Vector& vector);

}  // namespace rabbit_socks::websocket

#endif  // RABBIT_SOCKS_TEST_WEBSOCKET_NOTATION_H_
