// SPDX-License-Identifier: MPL-2.0
// Engine.IO protocol 4, of Socket.IO 3.x and 4.x. A packet is a type digit and
// text; the packets of a payload stand between U+001E. A binary message is
// "b" and base64 in a payload, and a message without a type byte on WebSocket.
#include <cstddef>
#include <string>

#include "base/check.h"
#include "base/utf8.h"
#include "framing/engine_codec.h"
#include "framing/engine_wire.h"

namespace rabbit_socks::framing {
namespace {

using base::Bytes;
using base::Fault;
using base::Payload;

constexpr char kSeparator = '\x1e';
constexpr Bytes kMark = "b";

class EngineIo4Codec final : public EngineCodec {
 public:
  base::Fault DecodePayload(base::Bytes body, EngineForm form,
                            const Limits& limits,
                            EngineSink* sink) const override;
  void AppendToPayload(const EnginePacket& packet, EngineForm form,
                       size_t packets, std::string* payload) const override;
  base::Result<EnginePacket> DecodeMessage(base::Bytes message,
                                           base::Payload payload,
                                           std::string* scratch) const override;
  base::Payload AppendMessage(const EnginePacket& packet, bool base64,
                              std::string* message) const override;
};

const EngineIo4Codec kCodec;

}  // namespace

const EngineCodec& EngineIo4() { return kCodec; }

Fault EngineIo4Codec::DecodePayload(Bytes body, EngineForm form,
                                    const Limits& limits,
                                    EngineSink* sink) const {
  if (form == EngineForm::kBinary) {
    return {kEngineProtocolError, "protocol 4 has no binary payloads"};
  }
  if (!base::IsUtf8(body)) return {kEngineNotUtf8, "a payload is not UTF-8"};
  EngineBatch batch(body, limits);
  size_t begin = 0;
  size_t end = 0;
  do {
    end = body.find(kSeparator, begin);
    const Bytes packet = body.substr(begin, end - begin);
    if (const Fault fault = batch.AddText(packet, kMark)) return fault;
    begin = end + 1;
  } while (end != Bytes::npos);
  batch.Report(sink);
  return {};
}

void EngineIo4Codec::AppendToPayload(const EnginePacket& packet,
                                     EngineForm form, size_t packets,
                                     std::string* payload) const {
  RS_CHECK(form == EngineForm::kText, "protocol 4 has no binary payloads");
  if (packets > 0) payload->push_back(kSeparator);
  AppendEngineText(packet, kMark, payload);
}

base::Result<EnginePacket> EngineIo4Codec::DecodeMessage(
    Bytes message, Payload payload, std::string* scratch) const {
  if (payload == Payload::kText) {
    return ReadEngineMessage(message, kMark, scratch);
  }
  return EnginePacket{EnginePacket::Type::kMessage, Payload::kBinary, message};
}

Payload EngineIo4Codec::AppendMessage(const EnginePacket& packet, bool base64,
                                      std::string* message) const {
  if (packet.payload == Payload::kBinary && !base64) {
    message->append(packet.data);
    return Payload::kBinary;
  }
  AppendEngineText(packet, kMark, message);
  return Payload::kText;
}

}  // namespace rabbit_socks::framing
