// SPDX-License-Identifier: MPL-2.0
// Packets of Socket.IO 1.x to 4.x (protocols 4 and 5), each the data of an
// Engine.IO message: <type>[<n>-][<namespace>,][<id>][<json>].
//
// Both protocols read alike: the namespace goes to a comma or the end; an event
// is a list with a name in front, an acknowledgement one with an id; types 5
// and 6 are events and acknowledgements with n attachments, and with n = 0 are
// complete. An id where it means nothing is dropped. What differs is in Traits.
//
// Stricter than the reference, which takes "" for a connect, " " for a digit,
// "1e1" for a count and "2" for an event: such packets are faults.
#ifndef RABBIT_SOCKS_FRAMING_SOCKETIO_PACKET_H_
#define RABBIT_SOCKS_FRAMING_SOCKETIO_PACKET_H_

#include <string>
#include <vector>

#include "framing/json.h"
#include "framing/packet_codec.h"

namespace rabbit_socks::framing {

class SocketIoCodec final : public PacketCodec {
 public:
  struct Traits {
    // True: a connect brings an object or nothing (auth), an error is an
    // object. False: a connect brings a query behind the namespace's name, and
    // an object that is ignored; it is answered without data; an error is
    // nothing, a text (what clients look for), null, a list or an object, and a
    // number or a boolean is written as text.
    bool objects;
    // Names of events that mean something to a client or a server are refused:
    // connect, disconnect and others.
    bool reserved_names;
    // Clients of 1.x and 2.x agree on ASCII only: see engine_codec.h.
    JsonForm form;
  };
  explicit constexpr SocketIoCodec(const Traits& traits) : traits_(traits) {}

  base::Fault Decode(base::Bytes text, const Limits& limits,
                     SocketPacket* packet) const override;
  void Append(const SocketPacket& packet, std::string* text,
              std::vector<base::Bytes>* attachments) const override;

 private:
  base::Fault ReadNamespace(base::Bytes* text, SocketPacket* packet) const;
  base::Fault ReadData(base::Bytes text, const Limits& limits,
                       SocketPacket* packet) const;
  base::Fault CheckEvent(SocketPacket* packet) const;
  void AppendData(const SocketPacket& packet, std::string* text,
                  std::vector<base::Bytes>* attachments) const;

  Traits traits_;
};

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_SOCKETIO_PACKET_H_
