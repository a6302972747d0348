// SPDX-License-Identifier: MPL-2.0
// stomp.mjs CASE URL: one case with the stock client library. What it sees is asserted here and printed, without what
// differs from run to run: the suite runs the case against rabbit_socks and against Web STOMP and compares the two.
import assert from 'node:assert/strict';
import {Client, Versions} from '@stomp/stompjs';
import WebSocket from 'ws';

Object.assign(globalThis, {WebSocket});
const [name, url] = process.argv.slice(2);
const kTimeout = 60000;

// Session ids, and where they are part of others.
const stable = (text) => text.replace(/session-[\w-]+/g, 'SESSION');

function note(event, frame) {
  if (frame === undefined) {
    console.log(event);
    return;
  }
  const headers = Object.entries(frame.headers).map(([k, v]) => `${k}=${stable(v)}`).sort();
  console.log(event, JSON.stringify(headers), JSON.stringify(stable(frame.body ?? '')));
}

// Things that will happen, in their order.
class Inbox {
  constructor() {
    this.items = [];
    this.waiting = [];
  }

  put(item) {
    if (this.waiting.length > 0) this.waiting.shift()(item);
    else this.items.push(item);
  }

  take() {
    if (this.items.length > 0) return Promise.resolve(this.items.shift());
    return new Promise((resolve) => { this.waiting.push(resolve); });
  }
}

// A client that is not connected yet, with inboxes for what the library reports.
function make(options = {}) {
  const client = new Client({
    brokerURL: url,
    connectHeaders: {login: 'guest', passcode: 'guest', host: '/'},
    reconnectDelay: 0,
    debug: process.env.STOMP_DEBUG ? console.error : () => {},
    heartbeatIncoming: 0,
    heartbeatOutgoing: 0,
    ...options,
  });
  const inbox = {connected: new Inbox(), error: new Inbox(), closed: new Inbox()};
  client.onConnect = (frame) => inbox.connected.put(frame);
  client.onStompError = (frame) => inbox.error.put(frame);
  client.onWebSocketClose = (event) => inbox.closed.put(event);
  return {client, ...inbox};
}

async function connect(options) {
  const made = make(options);
  made.client.activate();
  const outcome = await Promise.race([made.connected.take(), made.error.take(), made.closed.take()]);
  assert.equal(outcome.command, 'CONNECTED', `not connected: ${JSON.stringify(outcome.headers ?? outcome.code)} ${outcome.body}`);
  made.frame = outcome;
  return made;
}

let receipts = 0;

// Publishes, and resolves when the broker has confirmed.
function publish(client, parameters) {
  receipts += 1;
  const receipt = `r-${receipts}`;
  return new Promise((resolve) => {
    client.watchForReceipt(receipt, resolve);
    client.publish({...parameters, headers: {...parameters.headers, receipt}});
  });
}

// Subscribes, and resolves to an inbox of messages when the broker has confirmed.
function subscribe(client, destination, headers = {}) {
  receipts += 1;
  const receipt = `r-${receipts}`;
  const messages = new Inbox();
  return new Promise((resolve) => {
    client.watchForReceipt(receipt, () => resolve(messages));
    messages.subscription = client.subscribe(destination, (message) => messages.put(message), {...headers, receipt});
  });
}

const queue = () => `/queue/stomp-${name}`;
const exclusive = {'auto-delete': 'true'};

async function version(number) {
  const {client, frame} = await connect({stompVersions: new Versions([number])});
  assert.equal(frame.headers.version, number);
  note('CONNECTED', frame);
  const messages = await subscribe(client, queue(), {...exclusive, ack: 'client-individual', id: 's'});
  // The library escapes in STOMP 1.2 alone, the broker always.
  const text = number === '1.2' ? 'a:b\\d\ne' : 'plain';
  const headers = {custom: text};
  await publish(client, {destination: queue(), body: `body of ${number}`, headers: {...exclusive, ...headers}});
  const message = await messages.take();
  assert.equal(message.headers.custom, text);
  note('MESSAGE', message);
  message.ack();
  messages.subscription.unsubscribe();
  await client.deactivate();
  note('done');
}

async function refused(connectHeaders) {
  const {client, connected, error} = make({connectHeaders});
  client.activate();
  const frame = await Promise.race([error.take(), connected.take()]);
  assert.equal(frame.command, 'ERROR');
  note('ERROR', frame);
  await client.deactivate();
}

// Individual acknowledgements: refused and unanswered messages come back, acknowledged ones do not.
async function acks() {
  const {client} = await connect();
  const messages = await subscribe(client, queue(), {ack: 'client-individual', 'prefetch-count': '10'});
  for (const body of ['one', 'two', 'three']) await publish(client, {destination: queue(), body});
  const [one, two, three] = [await messages.take(), await messages.take(), await messages.take()];
  assert.deepEqual([one.body, two.body, three.body], ['one', 'two', 'three']);
  one.ack();
  two.nack();
  const again = await messages.take();
  assert.equal(again.body, 'two');
  assert.equal(again.headers.redelivered, 'true');
  note('MESSAGE', again);
  await client.deactivate();
  const second = await connect();
  const left = await subscribe(second.client, queue(), {});
  assert.deepEqual([(await left.take()).body, (await left.take()).body].sort(), ['three', 'two']);
  await publish(second.client, {destination: queue(), body: 'last'});
  assert.equal((await left.take()).body, 'last');
  await second.client.deactivate();
  note('done');
}

// In mode `client' one acknowledgement is for all before it.
async function cumulative() {
  const {client} = await connect();
  const messages = await subscribe(client, queue(), {ack: 'client'});
  for (const body of ['one', 'two', 'three']) await publish(client, {destination: queue(), body});
  await messages.take();
  (await messages.take()).ack();
  await messages.take();
  await client.deactivate();
  const second = await connect();
  const left = await subscribe(second.client, queue(), {});
  assert.equal((await left.take()).body, 'three');
  await second.client.deactivate();
  note('done');
}

async function transactions() {
  const {client} = await connect();
  const messages = await subscribe(client, queue(), exclusive);
  const abandoned = client.begin();
  client.publish({destination: queue(), body: 'never', headers: {...exclusive, transaction: abandoned.id}});
  abandoned.abort();
  const kept = client.begin();
  client.publish({destination: queue(), body: 'later', headers: {...exclusive, transaction: kept.id}});
  await publish(client, {destination: queue(), body: 'sooner', headers: exclusive});
  assert.equal((await messages.take()).body, 'sooner');
  kept.commit();
  assert.equal((await messages.take()).body, 'later');
  await client.deactivate();
  note('done');
}

async function topic() {
  const [a, b] = [await connect(), await connect()];
  const inboxes = await Promise.all([a, b].map(({client}) => subscribe(client, '/topic/stomp.*.test', {id: 't'})));
  await publish(a.client, {destination: '/topic/stomp.any.test', body: 'to all'});
  for (const inbox of inboxes) note('MESSAGE', await inbox.take());
  await Promise.all([a.client.deactivate(), b.client.deactivate()]);
}

// Many through a queue: none lost, none twice, none out of order, every one confirmed.
async function many() {
  const total = 10000;
  const {client} = await connect();
  const messages = await subscribe(client, queue(), exclusive);
  const confirmed = [];
  for (let i = 0; i < total; i += 1) {
    confirmed.push(publish(client, {destination: queue(), body: `message ${i}`, headers: exclusive}));
  }
  for (let i = 0; i < total; i += 1) assert.equal((await messages.take()).body, `message ${i}`);
  await Promise.all(confirmed);
  await client.deactivate();
  note(`${total} messages`);
}

// Messages of more than a client may have waiting for it, as fast as the broker can send them, to one that reads.
async function large() {
  const total = 400;
  const {client} = await connect();
  for (let i = 0; i < total; i += 1) {
    const body = String(i).padEnd(50000, 'x');
    if (i === total - 1) await publish(client, {destination: queue(), body});
    else client.publish({destination: queue(), body});
  }
  const messages = await subscribe(client, queue());
  for (let i = 0; i < total; i += 1) assert.equal((await messages.take()).body, String(i).padEnd(50000, 'x'));
  await client.deactivate();
  note(`${total} large messages`);
}

// Binary bodies both ways, by a client that writes binary frames.
async function binary() {
  const {client} = await connect({forceBinaryWSFrames: true});
  const messages = await subscribe(client, queue(), exclusive);
  const bytes = Uint8Array.from({length: 512}, (_, i) => i % 256);
  await publish(client, {destination: queue(), binaryBody: bytes, headers: exclusive});
  assert.deepEqual((await messages.take()).binaryBody, bytes);
  await publish(client, {destination: queue(), body: 'grüße, \u{1f407}', headers: exclusive});
  assert.equal((await messages.take()).body, 'grüße, \u{1f407}');
  await client.deactivate();
  note('done');
}

// Heart-beats of both sides keep a silent connection alive; the library gives up by itself when the server's stay away.
async function heartbeats() {
  const {client, frame, closed} = await connect({heartbeatIncoming: 1000, heartbeatOutgoing: 1000});
  note('CONNECTED', frame);
  const outcome = await Promise.race([closed.take(), new Promise((resolve) => { setTimeout(resolve, 6000, 'alive'); })]);
  assert.equal(outcome, 'alive');
  const messages = await subscribe(client, queue(), exclusive);
  await publish(client, {destination: queue(), body: 'still here', headers: exclusive});
  assert.equal((await messages.take()).body, 'still here');
  await client.deactivate();
  note('done');
}

// The library's own way to say goodbye: DISCONNECT, and its receipt before the close.
async function goodbye() {
  const {client} = await connect();
  let receipt = null;
  client.onDisconnect = (frame) => { receipt = frame.command; };
  await client.deactivate();
  assert.equal(receipt, 'RECEIPT');
  note('done');
}

const cases = {
  v10: () => version('1.0'),
  v11: () => version('1.1'),
  v12: () => version('1.2'),
  wrong_passcode: () => refused({login: 'guest', passcode: 'wrong', host: '/'}),
  wrong_login: () => refused({login: 'nobody', passcode: 'guest', host: '/'}),
  wrong_vhost: () => refused({login: 'guest', passcode: 'guest', host: 'nowhere'}),
  denied_vhost: () => refused({login: 'reader', passcode: 'reader', host: 'other'}),
  acks, cumulative, transactions, topic, many, large, binary, heartbeats, goodbye,
};

setTimeout(() => { console.error('timeout'); process.exit(2); }, kTimeout).unref();
await cases[name]();
process.exit(0);
