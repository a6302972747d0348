// SPDX-License-Identifier: MPL-2.0
// Vector files: input and expected events as prose that a stranger can read.
//
// test/vectors/<name>.md holds cases. A case is a "## title", prose and fences:
//
//   ```options     lines of key=value; may be missing
//   ```in          the bytes; see support/escape.h
//   ```out         the events, one a line, compared as text
//
// Tests run from the root of the repository. A file that is missing, empty or
// ill-formed ends the test program: a vector that is not read proves nothing.
#ifndef RABBIT_SOCKS_TEST_SUPPORT_VECTORS_H_
#define RABBIT_SOCKS_TEST_SUPPORT_VECTORS_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "support/escape.h"

namespace rabbit_socks::test {

struct Vector {
  std::string title;
  int line = 0;
  std::map<std::string, std::string> options;
  std::string in;   // unescaped
  std::string out;  // as written, every line ended by "\n"

  std::string Option(const std::string& key, const char* fallback = "") const {
    const auto it = options.find(key);
    return it == options.end() ? fallback : it->second;
  }
  unsigned long Number(const std::string& key, unsigned long fallback) const {
    const auto it = options.find(key);
    return it == options.end() ? fallback
                               : std::strtoul(it->second.c_str(), nullptr, 10);
  }
};

// What GoogleTest prints for a failed parameter.
inline void PrintTo(const Vector& vector, std::ostream* out) {
  *out << vector.title << " (line " << vector.line << ")";
}

// The cases of test/vectors/<name>.md, in order.
inline std::vector<Vector> LoadVectors(const std::string& name) {
  const std::string path = "test/vectors/" + name + ".md";
  std::ifstream file(path);
  std::vector<Vector> vectors;
  std::string fence, body, line;
  const auto where = [&](int number) {
    return path + ":" + std::to_string(number);
  };
  bool fenced = false, has_in = true, has_out = true;
  int number = 0;
  while (std::getline(file, line)) {
    ++number;
    if (!fenced && line.rfind("## ", 0) == 0) {
      if (!has_in || !has_out)
        VectorError(where(number), "the case before lacks its in or out fence");
      Vector& vector = vectors.emplace_back();
      vector.title = line.substr(3);
      vector.line = number;
      has_in = has_out = false;
    } else if (!fenced && line.rfind("```", 0) == 0) {
      if (vectors.empty())
        VectorError(where(number), "a fence before the first title");
      fenced = true;
      fence = line.substr(3);
      body.clear();
    } else if (fenced && line == "```") {
      fenced = false;
      if (fence == "in" && !has_in) {
        vectors.back().in = Unescape(body);
        has_in = true;
      } else if (fence == "out" && !has_out) {
        vectors.back().out = body;
        has_out = true;
      } else if (fence != "options") {
        VectorError(where(number), "an unknown or repeated fence");
      }
    } else if (fenced && fence == "options") {
      const size_t equals = line.find('=');
      if (equals == std::string::npos)
        VectorError(where(number), "options are key=value");
      vectors.back().options[line.substr(0, equals)] = line.substr(equals + 1);
    } else if (fenced) {
      body += line + "\n";
    }
  }
  if (vectors.empty() || fenced || !has_in || !has_out)
    VectorError(path, "missing, empty or cut short");
  return vectors;
}

// Calls replay(pieces) with the input whole, byte by byte, and cut in two at
// every position (beyond 4 KiB: at 200 positions spread evenly, the first 64
// and the last 64). Each piece lies in memory of exactly its size, so that ASan
// sees a read past it. Stops at the first replay that fails.
template <class Replay>
void ForEachCut(base::Bytes input, Replay replay) {
  const auto run = [&](const std::vector<base::Bytes>& pieces,
                       const std::string& how) {
    if (testing::Test::HasFailure()) return;
    SCOPED_TRACE("fed " + how);
    std::vector<std::unique_ptr<char[]>> memory;
    std::vector<base::Bytes> exact;
    for (const base::Bytes piece : pieces) {
      memory.push_back(std::make_unique<char[]>(piece.size()));
      piece.copy(memory.back().get(), piece.size());
      exact.emplace_back(memory.back().get(), piece.size());
    }
    replay(exact);
  };
  const size_t size = input.size();
  run({input}, "whole");
  std::vector<base::Bytes> bytes;
  for (size_t i = 0; i < size; ++i) bytes.push_back(input.substr(i, 1));
  run(bytes, "byte by byte");
  const size_t step = size > 4096 ? size / 200 : 1;
  for (size_t at = 1; at < size; ++at) {
    if (at > 64 && at + 64 < size && at % step != 0) continue;
    run({input.substr(0, at), input.substr(at)},
        "with a cut at " + std::to_string(at));
  }
}

}  // namespace rabbit_socks::test

#endif  // RABBIT_SOCKS_TEST_SUPPORT_VECTORS_H_
