// SPDX-License-Identifier: MPL-2.0
// streams.mjs VERSION TRANSPORT URL: a published client of Socket.IO reads a stream of rabbit_socks_amqp while its connection is
// cut, and while the broker is restarted: the page asks for its stream at each `connect`, in the same words, and keeps nothing
// itself. Nothing may be missed, nothing may come twice. The broker is to be restarted when there is a message in the queue
// `restart`. Ends with 0 when everything went as it should; else the last line says what did not.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {adapt} from './adapters.mjs';
import {relay} from './cutter.mjs';

const [, , version, transport, url] = process.argv;
const io = createRequire(import.meta.url)(`client-${version}`);
const kGuest = {username: 'guest', password: 'guest'};
const {url: near, cut} = await relay(url);

// The answer, or undefined when the connection was lost or there was none in time.
const ask = (socket, ...command) =>
  new Promise((resolve) => socket.timeout(10000).emit(...command, (error, answer) => resolve(error ? undefined : answer)));
const ok = async (socket, ...command) => {
  const answer = await ask(socket, ...command);
  assert.equal(answer?.ok, true, `${command}: ${JSON.stringify(answer)}`);
  return answer;
};
const connected = (socket) => (socket.connected ? undefined : new Promise((resolve) => socket.once('connect', resolve)));
const until = async (what) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
};

// A page: what it reads of one stream, from now on. A broker that has just begun has no leader for it yet.
function page(queue) {
  const socket = adapt(io, version, near, transport).open({auth: kGuest, reconnect: true});
  const lost = () => (socket.connected ? new Promise((resolve) => socket.once('disconnect', resolve)) : undefined);
  const read = {offsets: [], bodies: new Set(), begun: [], lost};
  pages.push(read);
  const begin = () =>
    socket.emit('stream', queue, (answer) => {
      if (answer.error === 'unavailable') return setTimeout(begin, 100);
      read.begun.push(answer);
    });
  socket.on('connect', begin);
  socket.on('entry', (consumer, body, meta) => {
    read.offsets.push(meta.offset);
    read.bodies.add(body);
  });
  return read;
}

// Publishes until so many are confirmed. What has no answer is published again: it may be in the stream twice, as two entries. A
// broker that has just begun knows no such queue yet, and would confirm what goes nowhere.
async function publish(writer, queue, count, confirmed) {
  for (const end = confirmed.length + count; confirmed.length < end;) {
    await connected(writer);
    const body = confirmed.length;
    if ((await ask(writer, 'publish', '', queue, body, {mandatory: true}))?.ok) confirmed.push(body);
  }
}

// Every page has lost its connection when the promise is kept.
const cutPages = () => cut(Promise.all(pages.map(({lost}) => lost())));
// Every page has begun so many times.
const begun = (times) => until(() => pages.every((read) => read.begun.length >= times));

// What had been reached when the time was over.
const pages = [];
setTimeout(() => {
  for (const {offsets, begun} of pages) console.error(`after ${JSON.stringify(begun)} the last of ${offsets.length} is ${offsets.at(-1)}`);
  console.error('timed out');
  process.exit(1);
}, 120000).unref();

try {
  const writer = adapt(io, version, url, 'websocket').open({auth: kGuest, reconnect: true});
  await connected(writer);
  const names = ['busy', 'quiet'].map((name) => `${name}-${version}-${transport}`);
  for (const name of names) await ok(writer, 'declare', name, {arguments: {'x-queue-type': 'stream'}});
  await ok(writer, 'declare', 'restart');
  const [busy, quiet] = names;
  const confirmed = [];
  await publish(writer, busy, 10, confirmed);  // before the page: not for it
  const reader = page(busy);
  const waiting = page(quiet);
  await begun(1);
  const own = () => confirmed.slice(10);
  const all = () => own().every((body) => reader.bodies.has(body));

  for (let round = 0; round < 3; ++round) {
    await publish(writer, busy, 50, confirmed);
    const cutting = cutPages();
    await publish(writer, busy, 50, confirmed);
    await cutting;
    await until(all);
    await begun(2 + round);
  }
  // Nothing has come of it yet, and what is published while nobody reads it comes all the same.
  const cutting = cutPages();
  await ok(writer, 'publish', '', quiet, 'missed');
  await cutting;
  await until(() => waiting.offsets.length === 1);
  await begun(5);

  const lost = new Promise((resolve) => writer.once('disconnect', resolve));
  await ok(writer, 'publish', '', 'restart', 'now', {persistent: true});
  await publish(writer, busy, 20, confirmed);
  await lost;
  await publish(writer, busy, 50, confirmed);
  await until(all);
  await begun(6);

  assert.deepEqual(reader.offsets, reader.offsets.map((_, i) => 10 + i), 'each entry once, in order');
  assert.deepEqual(waiting.offsets, [0]);
  for (const {begun: answers} of pages) {
    answers.forEach((answer, i) => assert.deepEqual([answer.ok, answer.resumed], [true, i > 0], JSON.stringify(answers)));
  }
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
