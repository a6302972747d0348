// SPDX-License-Identifier: MPL-2.0
// The table of the clients: which version runs where, over which transports, and which cases of the scenario it has. Run as
// a program it prints one line a run, "RUNTIME VERSION TRANSPORT CASE…", from which the suite makes its cases.
import {fileURLToPath} from 'node:url';

const kAll = [
  'connect', 'json', 'text', 'large', 'ack_up', 'ack_down', 'ack_timeout', 'binary', 'query', 'namespace', 'auth', 'refused',
  'thousand_up', 'thousand_down', 'room', 'reconnect', 'server_disconnect', 'client_disconnect', 'namespace_disconnect',
];
const without = (...names) => kAll.filter((name) => !names.includes(name));

// Socket.IO had no binary before 1.0 and no payload in its CONNECT before 3.0.
const kFirst = without('binary', 'auth');
const kSecond = without('auth');
const kLatest = kAll;

const kThree = ['websocket', 'polling', 'upgrade'];

export const kClients = [
  // These two want modules that Node lost long ago: browsers only. A lost connection 0.7 notices after the close timeout, a
  // minute, and then, with any server, it may stumble over its own feet: its transport's open is a function and a flag.
  {version: '0.7.11', browser: ['websocket', 'polling', 'jsonp'], cases: kFirst.filter((name) => name !== 'reconnect')},
  {version: '0.8.7', browser: ['websocket', 'polling', 'jsonp'], cases: kFirst},
  {version: '0.9.17', node: ['websocket', 'polling'], browser: ['websocket', 'polling', 'jsonp'], 'browser+tls': ['websocket', 'jsonp'], cases: kFirst},
  // In Node it ships the pool behind a small Buffer instead of the Buffer.
  {version: '1.0.6', node: kThree, cases: without('auth', 'binary')},
  {version: '1.7.4', node: kThree, browser: ['jsonp'], 'node+tls': kThree, cases: kSecond},
  {version: '2.5.0', node: kThree, browser: [...kThree, 'jsonp'], 'node+tls': kThree, cases: kSecond},
  {version: '3.1.3', node: kThree, browser: ['jsonp'], cases: kLatest},
  {version: '4.0.2', node: kThree, browser: ['jsonp'], cases: kLatest},
  {version: '4.8.4', node: kThree, browser: kThree, 'node+tls': kThree, 'browser+tls': kThree, cases: kLatest},
  // Debian's python3-socketio. Whatever its handler does, it acknowledges.
  {version: '5.7.2', python: kThree, cases: without('ack_timeout')},
];

export function casesOf(version) {
  const client = kClients.find((row) => row.version === version);
  if (client === undefined) throw new Error(`no client ${version}`);
  return client.cases;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const client of kClients) {
    for (const runtime of ['node', 'browser', 'python', 'node+tls', 'browser+tls']) {
      for (const transport of client[runtime] ?? []) console.log(runtime, client.version, transport, ...client.cases);
    }
  }
}
