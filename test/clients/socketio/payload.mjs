// SPDX-License-Identifier: MPL-2.0
// What a polling answer holds, as a list of packets, and what a request is to hold, whatever form a generation has for it.
// Packets of bytes are shown as "<01ff>" behind their type, if they have one.
const shown = (bytes) => `<${Buffer.from(bytes).toString('hex')}>`;

// U+FFFD length U+FFFD packet, or one packet bare.
function first(text) {
  if (!text.startsWith('\ufffd')) return [text];
  const packets = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\ufffd', at + 1);
    const length = Number(text.slice(at + 1, end));
    packets.push(text.slice(end + 1, end + 1 + length));
    at = end + 1 + length;
  }
  return packets;
}

// length:packet in UTF-16 units; or bytes: 00 or 01, a digit a byte, ff, packet.
function third(bytes) {
  const packets = [];
  if (bytes.length > 0 && bytes[0] <= 1) {
    for (let at = 0; at < bytes.length;) {
      const binary = bytes[at] === 1;
      const end = bytes.indexOf(0xff, at);
      const length = Number([...bytes.subarray(at + 1, end)].join(''));
      const packet = bytes.subarray(end + 1, end + 1 + length);
      packets.push(binary ? packet[0] + shown(packet.subarray(1)) : packet.toString());
      at = end + 1 + length;
    }
    return packets;
  }
  const text = bytes.toString();
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at);
    const length = Number(text.slice(at, colon));
    if (colon < 0 || !(length >= 0)) return [...packets, `no payload: ${text.slice(at)}`];
    const packet = text.slice(colon + 1, colon + 1 + length);
    packets.push(packet[0] === 'b' ? packet[1] + shown(Buffer.from(packet.slice(2), 'base64')) : packet);
    at = colon + 1 + length;
  }
  return packets;
}

const fourth = (text) =>
  text.split('\x1e').map((packet) => (packet[0] === 'b' ? shown(Buffer.from(packet.slice(1), 'base64')) : packet));

// The answer of a JSONP poll: the text within its call, or the whole if it is no call.
function unwrapped(bytes) {
  const call = /^(?:___eio|io\.j)\[\d+\]\((".*")\);?$/s.exec(bytes.toString());
  return call === null ? bytes : Buffer.from(JSON.parse(call[1]));
}

export function packets(generation, body) {
  const bytes = unwrapped(body);
  if (bytes.length === 0) return [];
  if (generation === 1) return first(bytes.toString());
  return generation === 3 ? third(bytes) : fourth(bytes.toString());
}

// The other way: one body for several packets of text.
export function payload(generation, list) {
  if (generation === 4) return list.join('\x1e');
  if (generation === 3) return list.map((packet) => `${packet.length}:${packet}`).join('');
  return list.length === 1 ? list[0] : list.map((packet) => `\ufffd${packet.length}\ufffd${packet}`).join('');
}
