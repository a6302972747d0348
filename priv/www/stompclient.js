// SPDX-License-Identifier: MPL-2.0
// A small STOMP 1.2 client over WebSocket, for the STOMP page. Frames are plain objects: {command, headers, body}.
'use strict';

const kEscapes = {'\\': '\\\\', '\n': '\\n', '\r': '\\r', ':': '\\c'};
const kUnescapes = {'\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\c': ':'};

// CONNECT and CONNECTED are written without escapes, as STOMP 1.0 has none.
function encodeFrame({command, headers, body = ''}) {
  const escape = command === 'CONNECT' ? (text) => text : (text) => text.replace(/[\\\n\r:]/g, (c) => kEscapes[c]);
  const lines = Object.entries(headers).map(([name, value]) => `${escape(name)}:${escape(String(value))}\n`);
  if (body !== '') lines.push(`content-length:${new TextEncoder().encode(body).length}\n`);
  return `${command}\n${lines.join('')}\n${body}\0`;
}

// Frames out of what messages bring, however it is cut. Counted in bytes, as content-length is.
class FrameReader {
  constructor() {
    this.bytes = new Uint8Array(0);
  }

  // The frames that are whole with `data`, a string or an ArrayBuffer.
  read(data) {
    const more = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    const joined = new Uint8Array(this.bytes.length + more.length);
    joined.set(this.bytes);
    joined.set(more, this.bytes.length);
    this.bytes = joined;
    const frames = [];
    for (let frame = this.next(); frame !== null; frame = this.next()) frames.push(frame);
    return frames;
  }

  next() {
    const start = this.bytes.findIndex((b) => b !== 10 && b !== 13 && b !== 0);
    if (start < 0) {
      this.bytes = new Uint8Array(0);
      return null;
    }
    const head = this.endOfHead(start);
    if (head === null) return null;
    const lines = new TextDecoder().decode(this.bytes.subarray(start, head.end)).split(/\r?\n/);
    const frame = {command: lines[0], headers: readHeaders(lines)};
    const length = frame.headers['content-length'];
    const end = length === undefined ? this.bytes.indexOf(0, head.body) : head.body + Number(length);
    if (end < 0 || end >= this.bytes.length) return null;
    frame.bytes = this.bytes.slice(head.body, end);
    frame.body = new TextDecoder().decode(frame.bytes);
    this.bytes = this.bytes.slice(end + 1);
    return frame;
  }

  // The empty line: where the head ends and where the body starts.
  endOfHead(start) {
    for (let at = this.bytes.indexOf(10, start); at >= 0; at = this.bytes.indexOf(10, at + 1)) {
      if (this.bytes[at + 1] === 10) return {end: at, body: at + 2};
      if (this.bytes[at + 1] === 13 && this.bytes[at + 2] === 10) return {end: at, body: at + 3};
    }
    return null;
  }
}

// Of equal headers the first counts.
function readHeaders(lines) {
  const unescape = lines[0] === 'CONNECTED' ? (text) => text : (text) => text.replace(/\\[\\nrc]/g, (e) => kUnescapes[e]);
  const headers = Object.create(null);
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = unescape(line.slice(0, colon));
    if (!(name in headers)) headers[name] = unescape(line.slice(colon + 1));
  }
  return headers;
}

// Calls: onsent(frame), onframe(frame), onclose(event). Heart-beats are sent as asked for by the server and not reported.
class StompClient {
  constructor(url, {login, passcode, host}) {
    this.reader = new FrameReader();
    this.beat = null;
    this.socket = new WebSocket(url, ['v12.stomp', 'v11.stomp', 'v10.stomp']);
    this.socket.binaryType = 'arraybuffer';
    this.socket.onopen = () => this.send('CONNECT', {'accept-version': '1.2,1.1,1.0', host, login, passcode, 'heart-beat': '10000,10000'});
    this.socket.onmessage = (event) => this.reader.read(event.data).forEach((frame) => this.received(frame));
    this.socket.onclose = (event) => {
      clearInterval(this.beat);
      this.onclose(event);
    };
  }

  send(command, headers, body = '') {
    const frame = {command, headers, body};
    this.socket.send(encodeFrame(frame));
    this.onsent(frame);
  }

  received(frame) {
    if (frame.command === 'CONNECTED') {
      const wanted = Number((frame.headers['heart-beat'] ?? '0,0').split(',')[1]);
      if (wanted > 0) this.beat = setInterval(() => this.socket.send('\n'), Math.max(wanted, 10000) / 2);
    }
    this.onframe(frame);
  }

  close() {
    this.socket.close(1000, 'done');
  }
}
