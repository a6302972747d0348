// SPDX-License-Identifier: MPL-2.0
// bridge.mjs VERSION TRANSPORT URL: one published client of Socket.IO as a client of rabbit_socks_amqp: it logs in, is
// refused, publishes, subscribes, consumes. Ends with 0 when everything went as it should; else the last line says what did not.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {adapt} from './adapters.mjs';

const [, , version, transport, url] = process.argv;
const io = createRequire(import.meta.url)(`client-${version}`);
const client = adapt(io, version, url, transport);
const major = Number(version.split('.')[0]);
const kGuest = {username: 'guest', password: 'guest'};
const kCount = 1000;

const ask = (socket, ...command) => new Promise((resolve) => socket.emit(...command, resolve));
const ok = async (socket, ...command) => {
  const answer = await ask(socket, ...command);
  assert.equal(answer.ok, true, `${command}: ${JSON.stringify(answer)}`);
  return answer;
};
const wrong = async (code, socket, ...command) => {
  const answer = await ask(socket, ...command);
  assert.equal(answer.ok, false, `${command}`);
  assert.equal(answer.error, code, JSON.stringify(answer));
};

// Events of one name, in order, for as long as somebody waits.
function events(socket, name) {
  const waiting = [];
  const here = [];
  socket.on(name, (...args) => (waiting.length > 0 ? waiting.shift()(args) : here.push(args)));
  return () => (here.length > 0 ? here.shift() : new Promise((resolve) => waiting.push(resolve)));
}

const opened = (options) => {
  const socket = client.open(options);
  return new Promise((resolve) => socket.on('connect', () => resolve(socket)));
};

async function login() {
  if (major < 3) {
    const socket = await opened({});
    await wrong('not_logged_in', socket, 'publish', '', 'q', 'x');
    await wrong('access_refused', socket, 'login', {...kGuest, password: 'wrong'});
    await ok(socket, 'login', kGuest);
    return socket;
  }
  const {message, data} = await client.refusal(client.open({auth: {...kGuest, password: 'wrong'}}));
  assert.equal(message, 'the credentials are not accepted');
  assert.equal(data.error, 'access_refused');
  return opened({auth: kGuest});
}

async function publishAndSubscribe(socket) {
  const message = events(socket, 'message');
  const {subscription} = await ok(socket, 'subscribe', 'amq.topic', [`${version}.#`]);
  const bodies = ['text \u{1F600}', {a: [1, null, true, 1.5, {}]}, [], null, 0];
  if (major > 1) bodies.push(Buffer.from([0, 255]));
  for (const body of bodies) {
    await ok(socket, 'publish', 'amq.topic', `${version}.x`, body, {headers: {n: 1}, messageId: 'm'});
    const [from, got, meta] = await message();
    assert.equal(from, subscription);
    if (Buffer.isBuffer(body)) assert.ok(body.equals(Buffer.from(got)));
    else assert.deepEqual(got, body);
    assert.equal(meta.routingKey, `${version}.x`);
    assert.deepEqual(meta.properties.headers, {n: 1});
    assert.equal(meta.properties.messageId, 'm');
  }
  for (let n = 0; n < kCount; ++n) socket.emit('publish', 'amq.topic', `${version}.n`, n);
  for (let n = 0; n < kCount; ++n) assert.equal((await message())[1], n);
  await wrong('not_found', socket, 'publish', 'no such', '', 'x');
  await wrong('unroutable', socket, 'publish', 'amq.topic', 'nobody', 'x', {mandatory: true});
  await ok(socket, 'unsubscribe', subscription);
}

async function consume(socket) {
  const delivery = events(socket, 'delivery');
  const {queue} = await ok(socket, 'declare', null, {durable: false, arguments: {'x-expires': 60000}});
  for (let n = 0; n < 10; ++n) await ok(socket, 'publish', '', queue, n);
  const {consumer} = await ok(socket, 'consume', queue, {prefetch: 2});
  const [, first, meta, ack] = await delivery();
  assert.deepEqual([first, meta.redelivered], [0, false]);
  ack('requeue');
  // It comes again, at its place or behind what was on its way.
  const seen = new Map();
  while (seen.size < 10) {
    const [from, n, {redelivered}, done] = await delivery();
    assert.equal(from, consumer);
    seen.set(n, redelivered);
    done();
  }
  assert.deepEqual([...seen].filter(([, redelivered]) => redelivered).map(([n]) => n), [0]);
  await ok(socket, 'cancel', consumer);
  assert.equal((await ok(socket, 'delete', queue)).messages, 0);
}

setTimeout(() => {
  console.error('timed out');
  process.exit(1);
}, 60000).unref();

try {
  const socket = await login();
  await publishAndSubscribe(socket);
  await consume(socket);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
