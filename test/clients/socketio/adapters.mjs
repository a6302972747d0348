// SPDX-License-Identifier: MPL-2.0
// The same few verbs over each generation of the client, in Node and in a browser: `io` is what its package or bundle gives.
//
//   open({query, reconnect, auth})    a new connection, its default namespace
//   of(socket, name, {auth})          another namespace on the same connection
//   transport(socket)                 what the connection is on by now: websocket, polling or jsonp
//   id(socket)                        the client's name for its session, where it has one
//   refusal(socket)                   resolves when the namespace is refused, with what the client got to know
const once = (socket, ...names) => new Promise((resolve) => names.forEach((name) => socket.on(name, resolve)));

// 0.7 to 0.9: one list of transports for the whole library, since its option of that name is broken.
function first(io, url, transport) {
  const kNames = {websocket: 'websocket', polling: 'xhr-polling', jsonp: 'jsonp-polling'};
  io.transports.splice(0, 99, kNames[transport]);
  return {
    open: ({query, reconnect = false} = {}) =>
      io.connect(query ? `${url}?${query}` : url, {
        'force new connection': true, reconnect, 'reconnection delay': 50, 'sync disconnect on unload': false,
        'try multiple transports': false,
      }),
    of: (socket, name) => socket.of(name),
    transport: (socket) => {
      const {name} = socket.socket.transport;
      return Object.keys(kNames).find((key) => kNames[key] === name);
    },
    refusal: (socket) => once(socket, 'connect_failed', 'error').then((reason) => ({message: String(reason)})),
    close: (socket) => socket.socket.disconnect(),
  };
}

function later(io, url, transport, major) {
  const kTransports = {
    websocket: {transports: ['websocket']},
    polling: {transports: ['polling']},
    upgrade: {transports: ['polling', 'websocket']},
    jsonp: {transports: ['polling'], forceJSONP: true},
  };
  return {
    open: ({query, reconnect = false, auth} = {}) =>
      io(url, {
        ...kTransports[transport], forceNew: true, query, auth,
        reconnection: reconnect, reconnectionDelay: 50, reconnectionDelayMax: 200, timeout: 10000,
      }),
    of: (socket, name, {auth} = {}) => socket.io.socket(name, {auth}),
    transport: (socket) => {
      const engine = socket.io.engine.transport;
      return transport === 'jsonp' && engine.name === 'polling' ? 'jsonp' : engine.name;
    },
    // Up to 2.x the client gets the data of the refusal, or its text if there is no data; from 3.0 on an error with both.
    refusal: (socket) =>
      major < 3 ? once(socket, 'error').then((data) => ({data})) : once(socket, 'connect_error').then(({message, data}) => ({message, data})),
    close: (socket) => socket.io.engine.close(),
  };
}

export function adapt(io, version, url, transport) {
  const major = Number(version.split('.')[0]);
  return major === 0 ? first(io, url, transport) : later(io, url, transport, major);
}
