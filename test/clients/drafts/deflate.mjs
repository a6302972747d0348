// SPDX-License-Identifier: MPL-2.0
// deflate.mjs URL OPTIONS EXTENSIONS: an echo conversation with npm's ws, whose perMessageDeflate takes OPTIONS (JSON). The
// server must answer EXTENSIONS, to the letter. Ends with 0 when everything came back unchanged and in order, and what repeats
// itself took less of the wire than it says.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import WebSocket from 'ws';

const [, , url, options, extensions] = process.argv;

async function open() {
  const socket = new WebSocket(url, {perMessageDeflate: {threshold: 0, ...JSON.parse(options)}});
  socket.received = [];
  socket.on('message', (data, binary) => {
    socket.received.push(binary ? data : data.toString());
    socket.emit('more');
  });
  let answer;
  socket.on('upgrade', (response) => { answer = response.headers['sec-websocket-extensions'] ?? ''; });
  await once(socket, 'open');
  assert.equal(answer, extensions);
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
const noise = Buffer.from(Array.from({length: 70000}, (_, n) => (n * n * 31 + (n >> 3)) & 255));
const json = JSON.stringify(Array.from({length: 3000}, (_, n) => ({n, name: `käfer ${n % 31}`, square: n * n})));
const messages = [
  'hello', 'hello', '', 'ünï€ \u{1F600}', 'x'.repeat(125), 'x'.repeat(126), 'y'.repeat(65535), 'y'.repeat(65536), json, json,
  Buffer.alloc(0), Buffer.from([0, 255, 1, 128]), Buffer.alloc(70000, 0x80), noise, noise,
  ...Array.from({length: 300}, (_, n) => `{"message":${n},"of":"three hundred"}`),
];
for (const message of messages) socket.send(message);
assert.deepEqual(await received(socket, messages.length), messages);

// Messages that are not compressed among those that are; fragments with a ping between.
for (let n = 0; n < 20; ++n) socket.send(json, {compress: n % 2 === 0});
assert.deepEqual(await received(socket, 20), Array(20).fill(json));
const whole = Buffer.from('grüße \u{1F600}');
socket.send(whole.subarray(0, 3), {binary: false, fin: false});
socket.ping('between');
socket.send(whole.subarray(3, 9), {binary: false, fin: false});
socket.send(whole.subarray(9), {binary: false, fin: true});
assert.equal((await once(socket, 'pong'))[0].toString(), 'between');
assert.deepEqual(await received(socket, 1), [whole.toString()]);

// ws keeps its socket to itself, but counts.
const before = socket._socket.bytesRead;
socket.send('z'.repeat(100000));
await received(socket, 1);
const taken = socket._socket.bytesRead - before;
assert.ok(extensions === '' ? taken > 100000 : taken < 5000, `${taken} bytes for 100,000`);
socket.close(1000);
await once(socket, 'close');

// A message that is above the limit only when it is inflated.
const large = await open();
large.on('error', () => {});
large.send(Buffer.alloc(2 * 1024 * 1024));
assert.equal((await once(large, 'close'))[0], 1009);
clearTimeout(limit);
console.log('ok');
