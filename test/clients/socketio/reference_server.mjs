// SPDX-License-Identifier: MPL-2.0
// reference_server.mjs VERSION [PORT]: npm's own server of a generation as the other half of scenario.mjs, doing what
// socketio_callback.erl does behind the edge. Prints its address, serves until its input ends.
import http from 'node:http';
import {createRequire} from 'node:module';

const kServers = {'0.9': '0.9.19', '1.7': '1.7.4', '2.5': '2.5.1', '3.1': '3.1.2', '4.8': '4.8.4'};

let last = 0;
const alive = new Set();

// What the sockets of all versions do alike. `far` holds what they do not.
function serve(socket, {namespace, token, auth, others, everybody, leaveAll, ask}) {
  const id = `session ${++last}`;
  alive.add(id);
  let counted = 0;
  let ordered = true;
  const on = (name, handler) => socket.on(name, handler);
  on('disconnect', () => alive.delete(id));
  on('echo', (...args) => socket.emit('echo', ...args));
  on('ack', (...args) => args.pop()(...args));
  on('ask', (value) => ask('question', [value], undefined, (...answer) => socket.emit('answer', ...answer)));
  on('ask_in_time', (ms) => ask('question', [], ms, (answer) => socket.emit('answer', answer)));
  on('who', (ack) => ack({id, namespace, token: token ?? null, auth: auth ?? null}));
  on('gone', (which, ack) => ack(!alive.has(which)));
  on('count', (i) => { counted += 1; ordered &&= i === counted; });
  on('counted', (ack) => ack(counted, ordered));
  on('numbers', (count) => { for (let i = 1; i <= count; ++i) socket.emit('number', i); });
  on('join', (room, ack) => { socket.join(room); setTimeout(ack, 10); });
  on('leave_room', (room, ack) => { socket.leave(room); setTimeout(ack, 10); });
  on('say', (room, text, quietly, ack) => { (quietly ? others(room) : everybody(room)).emit('said', text); ack(); });
  on('leave', (whole) => (whole ? leaveAll() : socket.disconnect()));
}

// An ack that has to come in time. 0.9 asks for the data of an ack only if its function has a parameter of its own.
function askWithTimer(socket) {
  return (name, args, ms, done) => {
    let timer;
    if (ms !== undefined) timer = setTimeout(() => { done('timeout'); done = () => {}; }, ms);
    socket.emit(name, ...args, (first, ...rest) => { clearTimeout(timer); done(first, ...rest); });
  };
}

function serve09(module, server) {
  const io = module.listen(server, {'log level': 0, transports: ['websocket', 'htmlfile', 'xhr-polling', 'jsonp-polling']});
  for (const name of ['', '/chat', '/private']) {
    const space = io.of(name);
    if (name === '/private') space.authorization((_, done) => done(null, false));
    space.on('connection', (socket) => serve(socket, {
      namespace: name || '/',
      token: socket.manager.handshaken[socket.id]?.query.token,
      others: (room) => socket.broadcast.to(room),
      everybody: (room) => space.in(room),
      leaveAll: () => io.sockets.socket(socket.id).disconnect(),
      ask: askWithTimer(socket),
    }));
  }
}

function serveLater(module, server, major) {
  const Server = module.Server ?? module;
  const io = new Server(server, major >= 3 ? {allowEIO3: true, cors: {origin: true, credentials: true}} : {cookie: false});
  for (const name of ['/', '/chat', '/private']) {
    const space = io.of(name);
    if (name === '/private') {
      space.use((socket, next) => {
        if (socket.handshake.auth?.token === 'öpen') return next();
        const refusal = new Error('Not authorized');
        refusal.data = {code: 7};
        return next(refusal);
      });
    }
    space.on('connection', (socket) => serve(socket, {
      namespace: name,
      token: socket.handshake.query.token,
      auth: major >= 3 ? socket.handshake.auth : undefined,
      others: (room) => socket.broadcast.to(room),
      everybody: (room) => space.in(room),
      leaveAll: () => socket.disconnect(true),
      ask: askWithTimer(socket),
    }));
  }
}

export async function start(version, port = 0) {
  const module = createRequire(import.meta.url)(`server-${kServers[version]}`);
  const server = http.createServer((request, response) => { response.writeHead(404); response.end(); });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  if (version === '0.9') serve09(module, server);
  else serveLater(module, server, Number(version[0]));
  return `http://127.0.0.1:${server.address().port}`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [, , version, port] = process.argv;
  console.log(await start(version, Number(port ?? 0)));
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
