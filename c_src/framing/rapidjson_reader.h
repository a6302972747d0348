// SPDX-License-Identifier: MPL-2.0
// RapidJSON's reader, for the files of this room that parse.
#ifndef RABBIT_SOCKS_FRAMING_RAPIDJSON_READER_H_
#define RABBIT_SOCKS_FRAMING_RAPIDJSON_READER_H_

// RapidJSON 1.1 adds to the null pointer that its stack is before the first
// push: harmless, but UBSan would end the program there.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), \
                             apply_to = function)
#endif
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif  // RABBIT_SOCKS_FRAMING_RAPIDJSON_READER_H_
