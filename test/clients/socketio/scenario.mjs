// SPDX-License-Identifier: MPL-2.0
// The scenario that every client goes through, in Node and in a browser. Its other half is socketio_callback.erl, or
// reference_server.mjs behind the servers of npm. Every case has a connection of its own, so that over the transport
// "upgrade" each of them is also a conversation that changes its transport half way.
import {adapt} from './adapters.mjs';

const kPatience = 30000;

const once = (socket, name) => new Promise((resolve) => socket.on(name, (...args) => resolve(args)));
const ask = (socket, name, ...args) => new Promise((resolve) => socket.emit(name, ...args, (...answer) => resolve(answer)));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function check(condition, what) {
  if (!condition) throw new Error(what);
}

// Equal as JSON values; bytes of whatever type a runtime has for them are compared as bytes.
function plain(value) {
  if (value instanceof ArrayBuffer) return {bytes: [...new Uint8Array(value)]};
  if (ArrayBuffer.isView(value)) return {bytes: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]};
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, plain(value[key])]));
  return value;
}
function same(got, wanted, what) {
  const [left, right] = [got, wanted].map((value) => JSON.stringify(plain(value)));
  check(left === right, `${what}: got ${left.slice(0, 300)} instead of ${right.slice(0, 300)}`);
}

// What the server sends back of an event.
function echo(socket, ...args) {
  const back = once(socket, 'echo');
  socket.emit('echo', ...args);
  return back;
}

const kJson = [
  null, true, false, 0, -1, 1.5, -2.5e-7, 1e21, 9007199254740991, -9007199254740991, 4294967296, 5e-324, 1.7976931348623157e308,
  '', 'text', '0', 'null', [], {}, [[], [[]], {}], {a: {b: {c: [1, 'x', null, {d: false}]}}, '': 0, 'ü€\u{1F600}': 'key'},
  {_placeholder: 'not one', num: 0}, [1, [2, [3, [4, [5, [6, [7, [8]]]]]]]],
];
const kTexts = [
  'grüße', '€ und 漢字', '\u{1F600}\u{1F408}\u{10FFFF}', 'a\u0000b', '\u0001\u001e\u001f\u007f', 'tab\t line\n return\r\n end\n', '\\ \\n \\\\n "quoted" \'',
  '\u2028\u2029 </script>', '\ufffd5\ufffd', '~m~3~m~', '42["echo"]', '5:::{"name":"x"}', '+ & = %25 %zz', 'b4AQID', ' ', '2probe',
];
const kBytes = [0, 1, 2, 4, 0x1e, 0x7f, 0x80, 0xc3, 0xfe, 0xff];

export const kCases = {
  // `wanted` is the transport that it must end on.
  async connect({open, transport, wanted}) {
    const socket = await open();
    same(await echo(socket, 'hello'), ['hello'], 'echo');
    for (let i = 0; i < 100 && transport(socket) !== wanted; ++i) await pause(100);
    same(transport(socket), wanted, 'transport');
    same(await echo(socket, 'again'), ['again'], 'echo');
  },

  async json({open}) {
    const socket = await open();
    for (const value of kJson) same(await echo(socket, value), [value], 'one value');
    same(await echo(socket, ...kJson), kJson, 'all values at once');
    same(await echo(socket), [], 'no value');
  },

  async text({open}) {
    const socket = await open();
    for (const value of kTexts) same(await echo(socket, value), [value], 'one text');
    same(await echo(socket, kTexts), [kTexts], 'all texts at once');
  },

  async large({open}) {
    const socket = await open();
    for (const value of ['x'.repeat(300000), '\u{1F600}ü'.repeat(20000)]) same(await echo(socket, value), [value], 'large text');
  },

  // The client asks.
  async ack_up({open}) {
    const socket = await open();
    same(await ask(socket, 'ack', ...kJson), kJson, 'acknowledged');
    same(await ask(socket, 'ack'), [], 'acknowledged with nothing');
    const all = await Promise.all(Array.from({length: 50}, (_, i) => ask(socket, 'ack', i, kTexts)));
    same(all, Array.from({length: 50}, (_, i) => [i, kTexts]), 'fifty at once');
  },

  // The server asks, the client answers with its question.
  async ack_down({open}) {
    const socket = await open();
    socket.on('question', (...args) => args.pop()(...args));
    for (const value of kJson) {
      const answer = once(socket, 'answer');
      socket.emit('ask', value);
      same(await answer, [value], 'answer');
    }
  },

  async ack_timeout({open}) {
    const socket = await open();
    socket.on('question', () => {});
    const answer = once(socket, 'answer');
    socket.emit('ask_in_time', 300);
    same(await answer, ['timeout'], 'answer');
  },

  async binary({open, bytes}) {
    const socket = await open();
    const one = bytes(kBytes);
    const large = bytes(Array.from({length: 50000}, (_, i) => i * 7 & 0xff));
    same(await echo(socket, one), [one], 'alone');
    same(await echo(socket, bytes([])), [bytes([])], 'no bytes');
    const many = ['ü', {deep: [one, {er: one}]}, large, null];
    same(await echo(socket, ...many), many, 'within others');
    same(await ask(socket, 'ack', one, 'text', large), [one, 'text', large], 'acknowledged');
    socket.on('question', (...args) => args.pop()(...args));
    const answer = once(socket, 'answer');
    socket.emit('ask', {photo: one});
    same(await answer, [{photo: one}], 'asked');
    const order = [];
    const last = new Promise((resolve) => socket.on('echo', (value) => { order.push(value); if (value === 'end') resolve(); }));
    const mixed = Array.from({length: 40}, (_, i) => (i % 3 === 0 ? i : bytes([i])));
    for (const value of [...mixed, 'end']) socket.emit('echo', value);
    await last;
    same(order, [...mixed, 'end'], 'mixed with others, in order');
  },

  async query({open}) {
    const socket = await open({query: 'token=a%20b%C3%BC'});
    const [who] = await ask(socket, 'who');
    same([who.namespace, who.token], ['/', 'a bü'], 'who');
  },

  async namespace({open, of}) {
    const socket = await open();
    const chat = await of(socket, '/chat');
    const [[here], [there]] = [await ask(socket, 'who'), await ask(chat, 'who')];
    same([here.namespace, there.namespace], ['/', '/chat'], 'namespaces');
    check(here.id !== there.id, 'each namespace is a session');
    same(await Promise.all([echo(socket, 'a'), echo(chat, 'b')]), [['a'], ['b']], 'echoes');
  },

  async auth({open, of}) {
    const auth = {token: 'öpen', deep: [1, null]};
    const socket = await open({auth});
    same((await ask(socket, 'who'))[0].auth, auth, 'auth of /');
    const room = await of(socket, '/private', {auth});
    same((await ask(room, 'who'))[0].auth, auth, 'auth of /private');
  },

  // The connection and its other namespaces stay.
  async refused({open, refuse, refusalOf}) {
    const socket = await open();
    const refusal = await refuse(socket, '/private');
    same(refusalOf(refusal), true, `refusal ${JSON.stringify(refusal)}`);
    same(await echo(socket, 'still here'), ['still here'], 'echo');
  },

  async thousand_up({open}) {
    const socket = await open();
    for (let i = 1; i <= 1000; ++i) socket.emit('count', i, 'ü');
    same(await ask(socket, 'counted'), [1000, true], 'counted');
  },

  async thousand_down({open}) {
    const socket = await open();
    const got = [];
    const all = new Promise((resolve) => socket.on('number', (i) => { got.push(i); if (got.length === 1000) resolve(); }));
    socket.emit('numbers', 1000);
    await all;
    same(got, Array.from({length: 1000}, (_, i) => i + 1), 'numbers');
  },

  async room({open}) {
    const [one, two] = [await open(), await open()];
    // Of its own: a room is the node's, whoever else runs this.
    const name = `room ${Math.random()}`;
    const heard = {one: [], two: []};
    one.on('said', (text) => heard.one.push(text));
    two.on('said', (text) => heard.two.push(text));
    await ask(one, 'join', name);
    await ask(two, 'join', name);
    await ask(one, 'say', name, 'to all', false);
    await ask(one, 'say', name, 'to the others', true);
    await ask(two, 'leave_room', name);
    await ask(one, 'say', name, 'to those who stay', false);
    for (let i = 0; i < 100 && heard.one.length + heard.two.length < 4; ++i) await pause(50);
    await Promise.all([echo(one, 1), echo(two, 2)]);
    same(heard, {one: ['to all', 'to those who stay'], two: ['to all', 'to the others']}, 'heard');
  },

  // The connection is cut below the client, which comes back by itself and then sends what it kept.
  async reconnect({open, cut}) {
    const socket = await open({reconnect: true});
    same(await echo(socket, 'before'), ['before'], 'echo');
    const [lost, back] = [once(socket, 'disconnect'), once(socket, 'connect')];
    await cut();
    await lost;
    const kept = echo(socket, 'kept');
    await back;
    same(await kept, ['kept'], 'echo');
    same(await ask(socket, 'ack', 'after'), ['after'], 'acknowledged');
  },

  async server_disconnect({open, gone}) {
    const socket = await open();
    const [{id}] = await ask(socket, 'who');
    const lost = once(socket, 'disconnect');
    socket.emit('leave', true);
    await lost;
    await gone(id);
  },

  async client_disconnect({open, gone}) {
    const socket = await open();
    const [{id}] = await ask(socket, 'who');
    // 0.7 to 0.9 forget to say that they leave while a request of theirs is not yet answered.
    await pause(200);
    socket.disconnect();
    await gone(id);
  },

  async namespace_disconnect({open, of, gone}) {
    const socket = await open();
    const chat = await of(socket, '/chat');
    const [{id}] = await ask(chat, 'who');
    const lost = once(chat, 'disconnect');
    chat.emit('leave', false);
    await lost;
    await gone(id);
    same(await echo(socket, 'still here'), ['still here'], 'echo');
    const [other] = [await of(await open(), '/chat')];
    const [theirs] = await ask(other, 'who');
    other.disconnect();
    await gone(theirs.id);
  },
};

// What a refused namespace gives the client to know: a reason from a short list, the data, or a text with data.
function refusalOf(version) {
  const major = Number(version.split('.')[0]);
  if (major === 0) return ({message}) => message === 'unauthorized' || message === 'undefined';
  if (major < 3) return ({data}) => data?.code === 7;
  return ({message, data}) => message === 'Not authorized' && data?.code === 7;
}

// Runs one case; returns undefined, or what went wrong.
export async function run(name, {io, version, url, transport, cut, bytes}) {
  const adapter = adapt(io, version, url, transport);
  const opened = [];
  const failing = (socket) =>
    new Promise((_, reject) => ['connect_error', 'connect_failed'].forEach((event) =>
      socket.on(event, (error) => reject(new Error(`${event}: ${error?.message ?? error}`)))));
  const joined = async (socket) => {
    const connected = once(socket, 'connect');
    await Promise.race([connected, failing(socket)]);
    return socket;
  };
  const open = async (options) => {
    const socket = adapter.open(options);
    opened.push(socket);
    return joined(socket);
  };
  const world = {
    open, cut, bytes,
    of: (socket, space, options) => joined(adapter.of(socket, space, options)),
    refuse: (socket, space) => adapter.refusal(adapter.of(socket, space)),
    refusalOf: refusalOf(version),
    transport: adapter.transport,
    wanted: transport === 'upgrade' ? 'websocket' : transport,
    // The server has noticed that a session ended.
    gone: async (id) => {
      const witness = await open();
      for (let i = 0; i < 200; ++i) {
        if ((await ask(witness, 'gone', id))[0]) return;
        await pause(50);
      }
      throw new Error('the server has not noticed');
    },
  };
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('timed out')), kPatience); });
  try {
    await Promise.race([kCases[name](world), late]);
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  } finally {
    clearTimeout(timer);
    for (const socket of opened) {
      try { adapter.close(socket); } catch { /* it is closed already */ }
    }
  }
}
