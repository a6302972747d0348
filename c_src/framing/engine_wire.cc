// SPDX-License-Identifier: MPL-2.0
#include "framing/engine_wire.h"

#include "base/base64.h"
#include "base/utf8.h"

namespace rabbit_socks::framing {

using base::Bytes;
using base::Fault;
using base::Payload;
using base::Result;

namespace {

// Base64 with or without its padding, in one line or, as the clients in Java
// write it, in several that end with \n. A line holds whole groups of four
// characters; only the last one can have less, and padding.
bool AppendDecoded(Bytes text, std::string* out) {
  for (size_t end = 0; end != Bytes::npos;) {
    end = text.find('\n');
    const Bytes line = text.substr(0, end);
    text.remove_prefix(end == Bytes::npos ? text.size() : end + 1);
    const bool whole = line.size() % 4 == 0 && !line.ends_with('=');
    if (!whole && !text.empty()) return false;
    if (!base::AppendBase64Decoded(line, base::Base64Padding::kOptional, out))
      return false;
  }
  return true;
}

}  // namespace

Result<EnginePacket> ReadEngineText(Bytes text, Bytes mark,
                                    std::string* decoded) {
  if (text.empty()) return Fault{kEngineProtocolError, "an empty packet"};
  if (text.substr(0, mark.size()) == mark) {
    const size_t before = decoded->size();
    if (!AppendDecoded(text.substr(mark.size()), decoded)) {
      return Fault{kEngineProtocolError, "a packet that is not base64"};
    }
    return EnginePacket{EnginePacket::Type::kMessage, Payload::kBinary,
                        Bytes(*decoded).substr(before)};
  }
  if (text[0] < '0' || text[0] > '6') {
    return Fault{kEngineProtocolError, "a packet of unknown type"};
  }
  return EnginePacket{static_cast<EnginePacket::Type>(text[0] - '0'),
                      Payload::kText, text.substr(1)};
}

void AppendEngineText(const EnginePacket& packet, Bytes mark,
                      std::string* out) {
  if (packet.payload == Payload::kBinary) {
    out->append(mark);
    base::AppendBase64(packet.data, out);
    return;
  }
  out->push_back(static_cast<char>('0' + static_cast<int>(packet.type)));
  out->append(packet.data);
}

Result<EnginePacket> ReadEngineMessage(Bytes message, Bytes mark,
                                       std::string* scratch) {
  if (!base::IsUtf8(message)) {
    return Fault{kEngineNotUtf8, "a text message that is not UTF-8"};
  }
  scratch->clear();
  return ReadEngineText(message, mark, scratch);
}

Fault EngineBatch::AddText(Bytes text, Bytes mark) {
  // Once and for all: what was decoded must not move, as packets point to it.
  if (text.substr(0, mark.size()) == mark) decoded_.reserve(body_.size());
  return Add(ReadEngineText(text, mark, &decoded_));
}

Fault EngineBatch::AddBinary(Bytes data) {
  return Add(
      EnginePacket{EnginePacket::Type::kMessage, Payload::kBinary, data});
}

Fault EngineBatch::Add(Result<EnginePacket> packet) {
  if (!packet.ok()) return packet.fault();
  if (packets_.size() == limits_.max_packets) {
    return {kEngineTooBig, "too many packets in one payload"};
  }
  packets_.push_back(packet.value());
  return {};
}

void EngineBatch::Report(EngineSink* sink) const {
  for (const EnginePacket& packet : packets_) {
    if (!sink->OnEnginePacket(packet)) return;
  }
}

}  // namespace rabbit_socks::framing
