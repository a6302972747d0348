// SPDX-License-Identifier: MPL-2.0
// How Socket.IO payloads are dressed as HTTP bodies and how a POST is
// undressed.
//
// Socket.IO 0.6 to 0.9: xhr-polling answers the payload as it is; jsonp-polling
// wraps it in a call of the page's callback; xhr-multipart and htmlfile send
// one part or one script element a payload in an answer that never ends. What
// Engine.IO does is in engine_dress.h.
#ifndef RABBIT_SOCKS_TRANSPORT_DRESS_H_
#define RABBIT_SOCKS_TRANSPORT_DRESS_H_

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "http/request.h"
#include "http/response.h"
#include "transport/table.h"

namespace rabbit_socks::transport {

// True for a jsonp index that may be echoed: 1 to 9 digits (attack row E28).
bool IsJsonpIndex(base::Bytes index);

// The answer to a poll. REQUIRES: row is of the polling family; for jsonp
// IsJsonpIndex(jsonp_index)
http::Response PollAnswer(const Row& row, base::Bytes payload,
                          base::Bytes jsonp_index);

// The head of an endless answer, with its first bytes as body. REQUIRES: row is
// of the streaming family
http::Response StreamHead(const Row& row);
// How the body of that answer is delimited on a TCP connection.
http::BodyKind StreamBodyKind(const Row& row);
// One payload as a part of that body, without chunk framing.
std::string StreamPart(const Row& row, base::Bytes payload);

// The payload in the body of a POST, whatever the Content-Type says
// (XDomainRequest sends none): 0.6 has it in the form field "data", 0.9 is the
// body, or the form field "d" of jsonp. A fault is an HTTP status.
base::Result<std::string> PostedPayload(const Row& row,
                                        const http::Request& request);
// The answer to a POST that was taken.
http::Response PostAnswer(const Row& row);

// Socket.IO 0.7 to 0.9: the answer to the handshake, as a script for a jsonp
// index.
http::Response HandshakeAnswer09(base::Bytes name, base::Time heartbeat_timeout,
                                 base::Time close_timeout,
                                 base::Bytes jsonp_index);
// Its refusal; a script cannot see a status.
http::Response HandshakeRefusal09(uint16_t status, base::Bytes text,
                                  base::Bytes jsonp_index);

}  // namespace rabbit_socks::transport

#endif  // RABBIT_SOCKS_TRANSPORT_DRESS_H_
