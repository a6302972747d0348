// SPDX-License-Identifier: MPL-2.0
// Answering an HTTP request, whether it came on a TCP connection or through the
// broker's web context, and ending connections.
#ifndef RABBIT_SOCKS_SESSION_ANSWER_H_
#define RABBIT_SOCKS_SESSION_ANSWER_H_

#include "base/bytes.h"
#include "base/result.h"
#include "http/response.h"
#include "session/tables.h"

namespace rabbit_socks::session {

// Answers c's request. A TCP connection goes on with its next request or is
// finished; a relayed one is forgotten: `c` is dead after the call if it was
// relayed.
void Answer(Tables& t, Connection* c, const http::Response& response);
// The same, and no further request on this connection.
void AnswerAndClose(Tables& t, Connection* c, const http::Response& response);
// An error in words, closing the connection.
void AnswerFault(Tables& t, Connection* c, const base::Fault& fault);
// Starts an endless answer; phase kStream follows.
void AnswerStream(Tables& t, Connection* c, const http::Response& head,
                  http::BodyKind kind);

// After what was written: end. `c` is dead after the call if it was relayed.
void FinishConnection(Tables& t, Connection* c);
// At once.
void ResetConnection(Tables& t, Connection* c);
// Removes every trace of it; the last step of Disconnected.
void ForgetConnection(Tables& t, Connection* c);

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_ANSWER_H_
