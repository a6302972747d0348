// SPDX-License-Identifier: MPL-2.0
// history.mjs OPTIONS: one published client of Socket.IO in a history (history_npm.erl): one socket publishes, and one reads from each
// source; all of them reconnect as the library does. What happens to them is told as lines of JSON. "finish" on the standard input ends the
// publishing of new messages, its end the program.
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {adapt} from './adapters.mjs';

const {version, transport, url, key, sources, batch, pause} = JSON.parse(process.argv[2]);
const client = adapt(createRequire(import.meta.url)(`client-${version}`), version, url, transport);
const kByHandshake = Number(version.split('.')[0]) > 2;
const kGuest = {username: 'guest', password: 'guest'};

const tell = (...event) => console.log(JSON.stringify(event));
const body = (number) => `${key} ${number} ${'x'.repeat(number % 20 === 0 ? 16384 : 100)}`;

// A socket that calls `logged` whenever it is connected and logged in; `lost` resolves when that connection has ended.
function connected(logged) {
  const socket = client.open({reconnect: true, auth: kByHandshake ? kGuest : undefined});
  let gone = () => {};
  socket.on('disconnect', () => gone());
  socket.on('connect', async () => {
    const lost = new Promise((resolve) => (gone = resolve));
    if (!kByHandshake && !(await Promise.race([lost, ask(socket, 'login', kGuest)]))?.ok) return socket.io.engine?.close();
    logged(socket, lost);
  });
}

const ask = (socket, ...command) => new Promise((resolve) => socket.emit(...command, resolve));

function publish() {
  let finishing = false;
  let finished = false;
  let next = 0;
  let again = []; // ids of messages without a confirm, the oldest first
  let session = 0;
  createInterface(process.stdin).on('line', () => (finishing = true));

  const one = async (socket, lost, own, id, number, confirm) => {
    tell('invoked', number, own, id);
    const command = ['publish', 'amq.topic', key, body(number), {messageId: id, persistent: true}];
    if (!confirm) {
      tell('told', number);
      socket.emit(...command);
      return;
    }
    again.push(id);
    const answer = await Promise.race([lost, ask(socket, ...command)]);
    if (!answer) return;
    if (answer.ok) {
      tell('confirmed', number);
      again = again.filter((other) => other !== id);
    } else {
      tell(['timeout', 'unknown'].includes(answer.error) ? 'unknown' : 'failed', number, answer.error);
    }
  };

  connected(async (socket, lost) => {
    // One that is in its pause when the connection ends must not go on over the next.
    const own = ++session;
    while (socket.connected && own === session && !finished) {
      const repeated = again.sort().slice(0, batch);
      again = again.slice(batch);
      if (finishing && repeated.length === 0) {
        finished = true;
        tell('finished');
        return;
      }
      const fresh = finishing ? 0 : batch - repeated.length;
      const messages = repeated.map((id) => [id, ++next, true]);
      for (let n = 0; n < fresh; ++n) messages.push([String(++next).padStart(10, '0'), next, n !== 3]);
      await Promise.all(messages.map((message) => one(socket, lost, own, ...message)));
      await sleep(pause);
    }
  });
}

function read(name, source) {
  let session = 0;
  const number = (text) => {
    const [, found] = /^\S+ (\d+) x/.exec(text) ?? [];
    return found !== undefined && text === body(Number(found)) ? Number(found) : text;
  };
  connected(async (socket) => {
    const own = ++session;
    let consumer = 0;
    let current = '';
    const consume = async () => {
      if (!socket.connected || own !== session) return;
      current = `${own}/${++consumer}`;
      const answer = source.queue ? await ask(socket, 'consume', source.queue, {prefetch: 20, noAck: source.noAck}) : await ask(socket, 'subscribe', 'amq.topic', source.live);
      if (!answer.ok) setTimeout(consume, 200);
    };
    for (const event of ['delivery', 'message', 'cancelled']) socket.off(event);
    socket.on('delivery', (_, text, {redelivered, properties}, ack) => {
      tell('received', name, current, number(text), properties.messageId, redelivered);
      if (!source.noAck) ack();
    });
    socket.on('message', (_, text, {properties}) => tell('received', name, current, number(text), properties.messageId, false));
    socket.on('cancelled', consume);
    await consume();
  });
}

publish();
for (const [name, source] of Object.entries(sources)) read(name, source);
process.stdin.on('end', () => process.exit(0));
