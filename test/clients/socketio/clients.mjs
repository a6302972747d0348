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

export const kClients = [
  // These two want modules that Node lost long ago: browsers only.
  {version: '0.7.11', browser: ['websocket', 'polling', 'jsonp'], cases: kFirst},
  {version: '0.8.7', browser: ['websocket', 'polling', 'jsonp'], cases: kFirst},
  {version: '0.9.17', node: ['websocket', 'polling'], browser: ['websocket', 'polling', 'jsonp'], cases: kFirst},
  // In Node it ships the pool behind a small Buffer instead of the Buffer.
  {version: '1.0.6', node: ['websocket', 'polling', 'upgrade'], cases: without('auth', 'binary')},
  {version: '1.7.4', node: ['websocket', 'polling', 'upgrade'], browser: ['jsonp'], cases: kSecond},
  {version: '2.5.0', node: ['websocket', 'polling', 'upgrade'], browser: ['websocket', 'polling', 'upgrade', 'jsonp'], cases: kSecond},
  {version: '3.1.3', node: ['websocket', 'polling', 'upgrade'], browser: ['jsonp'], cases: kLatest},
  {version: '4.0.2', node: ['websocket', 'polling', 'upgrade'], browser: ['jsonp'], cases: kLatest},
  {version: '4.8.4', node: ['websocket', 'polling', 'upgrade'], browser: ['websocket', 'polling', 'upgrade'], cases: kLatest},
  // Debian's python3-socketio. Whatever its handler does, it acknowledges.
  {version: '5.7.2', python: ['websocket', 'polling', 'upgrade'], cases: without('ack_timeout')},
];

export function casesOf(version) {
  const client = kClients.find((row) => row.version === version);
  if (client === undefined) throw new Error(`no client ${version}`);
  return client.cases;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const client of kClients) {
    for (const runtime of ['node', 'browser', 'python']) {
      for (const transport of client[runtime] ?? []) console.log(runtime, client.version, transport, ...client.cases);
    }
  }
}
