// SPDX-License-Identifier: MPL-2.0
// What is known of one connection: its phase and the data of that phase.
//
// Plain data; the files of this room that work on it say what moves it from
// phase to phase. An idle WebSocket keeps neither parser nor input.
#ifndef RABBIT_SOCKS_SESSION_CONNECTION_H_
#define RABBIT_SOCKS_SESSION_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "http/parser.h"
#include "http/request.h"
#include "session/config.h"
#include "transport/websocket.h"
#include "websocket/deflate_terms.h"
#include "websocket/handshake.h"

namespace rabbit_socks::session {

// A handshake between the request and the first frame.
struct Upgrade {
  websocket::Offer offer;
  std::string subprotocol;
  std::optional<websocket::DeflateTerms> deflate;
  websocket::Fields extra;  // the callback module's fields for the 101
  std::string output;       // frames to send once the handshake is done
  bool head_written = false;
};

struct Connection {
  enum class Phase : uint8_t {
    kHttp,       // reading a request
    kOpening,    // a request waits for the node's accept
    kPoll,       // a poll waits for something to send
    kPost,       // a POST waits for credit
    kForwarded,  // a request waits for the answer of another node
    kHixieKey,   // accepted; the 8 bytes of key3 are not yet whole
    kSwitching,  // relayed: the broker is writing the 101
    kWebSocket,
    kEnding,    // WebSocket: the client closed or broke a rule; the node
                // answers what came before, then our close frame goes out
    kStream,    // an endless answer
    kClosing,   // WebSocket: our close frame is sent, the peer's is awaited
    kFinished,  // nothing more happens but Disconnected
  };

  base::ConnectionId id;
  Phase phase = Phase::kHttp;
  http::Parser::Phase awaited =
      http::Parser::Phase::kIdle;  // what the deadline of kHttp is for
  bool relayed = false;
  bool reading_paused = false;
  bool counted = false;  // in its listener's number of connections
  bool pending = false;  // no request completed yet: counts against max_pending
  bool counted_address = false;
  bool input_ready = false;  // listed for another look at `input`
  bool peer_ended = false;
  bool here = false;  // its request is answered here, whoever it is for
  uint16_t peer_port = 0, local_port = 0;
  bool secure = false;
  uint32_t requests = 0;
  base::ListenerId listener = 0;
  std::shared_ptr<const ListenerConfig> config;
  std::string peer_address, local_address;
  std::unique_ptr<const std::string> certificate;  // the client's; null: none

  std::unique_ptr<http::Parser> parser;  // TCP connections in HTTP phases
  std::unique_ptr<http::Request> relayed_request;
  std::unique_ptr<Upgrade> upgrade;  // kOpening to kSwitching
  std::unique_ptr<transport::WebSocket> websocket;
  std::string input;        // bytes that came while they could not be used
  std::string jsonp_index;  // of the poll being answered
  base::SessionId session;  // of a bare WebSocket
  base::ClientId client;    // of a Socket.IO client
  uint64_t forward = 0;     // kForwarded: the request's own number
  base::Fault closing;      // kEnding: to be sent

  base::Time deadline = 0;   // 0: none
  base::Time scheduled = 0;  // the earliest wheel entry, 0: none
  base::Time progress = 0;   // when the kernel last took bytes
  size_t queued = 0;         // bytes it has not taken

  http::Request& request() {
    return relayed_request ? *relayed_request : parser->request();
  }
};

}  // namespace rabbit_socks::session

#endif  // RABBIT_SOCKS_SESSION_CONNECTION_H_
