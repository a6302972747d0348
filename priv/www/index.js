// SPDX-License-Identifier: MPL-2.0
// The index page: shows the server's own address and asks its echo once.
'use strict';

const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
const base = scheme + location.host;

document.getElementById('address').textContent = location.origin;
document.getElementById('websocket').textContent = base + '/websocket/<path>';
document.getElementById('socketio').textContent = location.origin + '/socket.io/<path>/…';
document.getElementById('snippet').textContent = base;

const probe = document.getElementById('probe');
probe.textContent = 'asking…';
const socket = new WebSocket(base + '/websocket/echo');
const started = performance.now();
socket.onopen = () => socket.send('ping');
socket.onmessage = () => {
  probe.textContent = `yes, after ${Math.round(performance.now() - started)} ms, handshake included`;
  socket.onclose = null;
  socket.close(1000);
};
socket.onclose = () => { probe.textContent = 'no: this listener has no route /echo'; };
