// SPDX-License-Identifier: MPL-2.0
// Sequences that are UTF-8 and sequences that are not, after the lists of
// Unicode's and Autobahn's tests; also read by the tests of other rooms.
#ifndef RABBIT_SOCKS_TEST_BASE_UTF8_CASES_H_
#define RABBIT_SOCKS_TEST_BASE_UTF8_CASES_H_

#include <cstddef>
#include <string_view>

namespace rabbit_socks::base {

using namespace std::string_view_literals;  // the sequences hold zeros

inline constexpr std::string_view kValidUtf8[] = {
    ""sv,
    "\x00"sv,
    "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6"sv,
    "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"sv,
    "\x7F"sv,              // U+007F, last of one byte
    "\xC2\x80"sv,          // U+0080, first of two
    "\xDF\xBF"sv,          // U+07FF, last of two
    "\xE0\xA0\x80"sv,      // U+0800, first of three
    "\xED\x9F\xBF"sv,      // U+D7FF, before the surrogates
    "\xEE\x80\x80"sv,      // U+E000, after the surrogates
    "\xEF\xBF\xBD"sv,      // U+FFFD
    "\xEF\xBF\xBE"sv,      // U+FFFE, a noncharacter
    "\xEF\xBF\xBF"sv,      // U+FFFF, last of three
    "\xF0\x90\x80\x80"sv,  // U+10000, first of four
    "\xF0\x9F\xBF\xBF"sv,  // U+1FFFF, a noncharacter
    "\xF3\xBF\xBF\xBF"sv,  // U+FFFFF
    "\xF4\x8F\xBF\xBF"sv,  // U+10FFFF, the last
    "\xEF\xBB\xBF"
    "bom"sv,
    "0123456789abcdef0123456789abcdef"sv,
    "0123456789abcde\xC3\xA9 0123456"
    "\xF0\x9F\x98\x80 01234567"sv,
};

struct InvalidUtf8 {
  std::string_view text;
  size_t fault;  // bytes up to and with the one that decides
};

inline constexpr InvalidUtf8 kInvalidUtf8[] = {
    // Continuation bytes on their own, and where a first byte is due
    {"\x80"sv, 1},
    {"\xBF"sv, 1},
    {"\x80\xBF\x80"sv, 1},
    {"a\x80"sv, 2},
    {"\xC3\xA9\x80"sv, 3},
    // First bytes without what must follow
    {"\xC0 \xC1 "sv, 1},
    {"\xC2 "sv, 2},
    {"\xDF "sv, 2},
    {"\xE0 "sv, 2},
    {"\xE2\x41"sv, 2},
    {"\xEF\xBF "sv, 3},
    {"\xF0 "sv, 2},
    {"\xF0\x90 "sv, 3},
    {"\xF4\x8F\xBF "sv, 4},
    {"\xC3\xC3\xA9"sv, 2},
    {"\xE2\x82\xE2\x82\xAC"sv, 3},
    // Overlong
    {"\xC0\x80"sv, 1},
    {"\xC0\xAF"sv, 1},
    {"\xC1\xBF"sv, 1},
    {"\xE0\x80\xAF"sv, 2},
    {"\xE0\x9F\xBF"sv, 2},
    {"\xF0\x80\x80\xAF"sv, 2},
    {"\xF0\x8F\xBF\xBF"sv, 2},
    {"\xF8\x80\x80\x80\xAF"sv, 1},
    {"\xFC\x80\x80\x80\x80\xAF"sv, 1},
    // Surrogates, alone and in pairs (CESU-8)
    {"\xED\xA0\x80"sv, 2},
    {"\xED\xAD\xBF"sv, 2},
    {"\xED\xAE\x80"sv, 2},
    {"\xED\xBF\xBF"sv, 2},
    {"\xED\xA0\x80\xED\xB0\x80"sv, 2},
    // Above U+10FFFF
    {"\xF4\x90\x80\x80"sv, 2},
    {"\xF5\x80\x80\x80"sv, 1},
    {"\xF7\xBF\xBF\xBF"sv, 1},
    {"\xFB\xBF\xBF\xBF\xBF"sv, 1},
    {"\xFE"sv, 1},
    {"\xFF"sv, 1},
    {"\xFE\xFE\xFF\xFF"sv, 1},
    // Behind ASCII that is taken in steps
    {"0123456789abcdef\xFF"sv, 17},
    {"0123456789abcdef0123456\xC0\xAF"sv, 24},
};

// Each is the start of a valid text and none itself.
inline constexpr std::string_view kHalfUtf8[] = {
    "\xC2"sv,
    "\xDF"sv,
    "\xE0"sv,
    "\xE0\xA0"sv,
    "\xED\x9F"sv,
    "\xEF\xBF"sv,
    "\xF0"sv,
    "\xF0\x90"sv,
    "\xF0\x9F\x98"sv,
    "\xF4\x8F\xBF"sv,
    "0123456789abcdef\xE2\x82"sv,
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_TEST_BASE_UTF8_CASES_H_
