// SPDX-License-Identifier: MPL-2.0
// For what can only be our own fault, or a machine on which we cannot work: say
// so and stop.
//
// The node restarts the program; going on would mean undefined behaviour or
// guessable names. Never used on anything a peer can cause.
#ifndef RABBIT_SOCKS_BASE_CHECK_H_
#define RABBIT_SOCKS_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace rabbit_socks::base {

[[noreturn]] inline void CheckFailed(const char* file, int line,
                                     const char* what) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
  std::abort();
}

}  // namespace rabbit_socks::base

// `what` is a sentence for the log, a string literal.
#define RS_CHECK(condition, what)     \
  ((condition) ? static_cast<void>(0) \
               : ::rabbit_socks::base::CheckFailed(__FILE__, __LINE__, what))

#endif  // RABBIT_SOCKS_BASE_CHECK_H_
