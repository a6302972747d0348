// SPDX-License-Identifier: MPL-2.0
// The HTTP of Engine.IO, protocols 3 and 4: what a request asks for, and how
// answers look. Bodies and statuses are those of the reference server.
#ifndef RABBIT_SOCKS_TRANSPORT_ENGINE_DRESS_H_
#define RABBIT_SOCKS_TRANSPORT_ENGINE_DRESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "framing/engine_codec.h"
#include "http/request.h"
#include "http/response.h"

namespace rabbit_socks::transport {

// The query of a request, decoded.
struct EngineQuery {
  std::optional<std::string> protocol;   // EIO
  std::optional<std::string> transport;  // none also when it comes twice
  std::optional<std::string> name;       // sid
  std::optional<std::string> jsonp;      // j
  bool base64 = false;                   // b64=1
  // A time stamp and a count in t: browser clients 1.0 to 1.3, which read
  // nothing but binary payloads and encode text twice.
  bool counts = false;
};
EngineQuery ReadEngineQuery(base::Bytes query);

// The codes of an error body.
enum class EngineError : uint8_t {
  kUnknownTransport = 0,
  kUnknownSession = 1,
  kBadMethod = 2,
  kBadRequest = 3,
  kForbidden = 4,
  kUnsupportedProtocol = 5,
};
// 400, or 403 for kForbidden, with {"code":N,"message":"…"}; the message is the
// code's own where `text` is empty. To an upgrade the message alone.
http::Response EngineRefusal(EngineError error, bool upgrade,
                             base::Bytes text = {});

// The answer to a poll. REQUIRES: jsonp is empty or IsJsonpIndex, and then the
// form is text
http::Response EngineAnswer(std::string payload, framing::EngineForm form,
                            base::Bytes jsonp);

// The payload that a POST brought.
struct EngineBody {
  std::string payload;
  framing::EngineForm form = framing::EngineForm::kText;
};
// A fault is an HTTP status.
base::Result<EngineBody> PostedToEngine(const http::Request& request,
                                        bool jsonp);
// The answer to a POST that was taken.
http::Response EnginePostAnswer();

}  // namespace rabbit_socks::transport

#endif  // RABBIT_SOCKS_TRANSPORT_ENGINE_DRESS_H_
