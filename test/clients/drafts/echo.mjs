// SPDX-License-Identifier: MPL-2.0
// echo.mjs URL VERSION [SUBPROTOCOL]: an echo conversation with npm's ws, in version 8 or 13 of WebSocket: text and binary,
// whole and in fragments, pings, both close handshakes. Ends with 0 when everything came back unchanged and in order.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import WebSocket from 'ws';

const [, , url, version, subprotocol] = process.argv;

async function open() {
  // The certificate of a test is nobody's.
  const options = {protocolVersion: Number(version), perMessageDeflate: false, rejectUnauthorized: false};
  const socket = new WebSocket(url, subprotocol ? [subprotocol] : [], options);
  socket.received = [];
  socket.on('message', (data, binary) => {
    socket.received.push(binary ? data : data.toString());
    socket.emit('more');
  });
  await once(socket, 'open');
  assert.equal(socket.protocol, subprotocol ?? '');
  return socket;
}

async function received(socket, count) {
  while (socket.received.length < count) await once(socket, 'more');
  return socket.received.splice(0, count);
}

const limit = setTimeout(() => {
  console.error('timed out');
  process.exit(1);
}, 30000);

const socket = await open();
const messages = [
  'hello', '', 'ünï€ \u{1F600}', 'x'.repeat(125), 'x'.repeat(126), 'y'.repeat(65535), 'y'.repeat(65536),
  Buffer.alloc(0), Buffer.from([0, 255, 1, 128]), Buffer.alloc(70000, 0x80),
  ...Array.from({length: 100}, (_, n) => `message ${n}`),
];
for (const message of messages) socket.send(message);
assert.deepEqual(await received(socket, messages.length), messages);

// Fragments, the last one of them with half a character before it, and a ping between.
const whole = Buffer.from('grüße \u{1F600}');
socket.send(whole.subarray(0, 3), {binary: false, fin: false});
socket.ping('between');
socket.send(whole.subarray(3, 9), {binary: false, fin: false});
socket.send(whole.subarray(9), {binary: false, fin: true});
const [pong] = await once(socket, 'pong');
assert.equal(pong.toString(), 'between');
assert.deepEqual(await received(socket, 1), [whole.toString()]);
for (let n = 0; n < 1000; ++n) socket.send(Buffer.of(n & 255), {binary: true, fin: n === 999});
assert.deepEqual(await received(socket, 1), [Buffer.from(Array.from({length: 1000}, (_, n) => n & 255))]);

socket.close(4001, 'enough');
const [code] = await once(socket, 'close');
assert.equal(code, 4001);

// A message above the limit: the server's close, with its code.
const large = await open();
large.on('error', () => {});
large.send(Buffer.alloc(2 * 1024 * 1024));
assert.equal((await once(large, 'close'))[0], 1009);
clearTimeout(limit);
console.log('ok');
