// SPDX-License-Identifier: MPL-2.0
// What a whole request head must satisfy beyond its grammar: RFC 9112 section 3
// and table 1.2 of the attack catalogue.
//
// Pure; called by the parser once a request, after the last header field.
#ifndef RABBIT_SOCKS_HTTP_HEAD_CHECK_H_
#define RABBIT_SOCKS_HTTP_HEAD_CHECK_H_

#include "base/result.h"
#include "http/request.h"

namespace rabbit_socks::http {

// Sets path and query from target. Fault::code is an HTTP status.
base::Fault CheckHead(Request* request);

}  // namespace rabbit_socks::http

#endif  // RABBIT_SOCKS_HTTP_HEAD_CHECK_H_
