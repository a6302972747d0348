// SPDX-License-Identifier: MPL-2.0
// The Socket.IO page: one client of socketio06.js and a transcript.
'use strict';

const element = (id) => document.getElementById(id);
const transcript = new Transcript(element('transcript'));
let client = null;
let burst = null;

function setState(state, words) {
  showStatus(element('status'), state, words);
  const open = state === 'open';
  for (const id of ['send-text', 'send-json', 'send-many']) element(id).disabled = !open;
  element('disconnect').disabled = !open && state !== 'connecting';
  element('connect').disabled = open || state === 'connecting';
}

function connect() {
  const transport = element('transport').value;
  client = new SocketIo06(element('path').value.replace(/\/+$/, ''), transport);
  client.onconnect = (sid) => {
    setState('open', `Connected over ${transport}`);
    transcript.add('note', 'session', sid);
  };
  client.onmessage = received;
  client.ondisconnect = (words) => {
    const wanted = words === 'you disconnected';
    transcript.add(wanted ? 'note' : 'error', 'end', words);
    setState(wanted ? 'idle' : 'error', `Disconnected: ${words}.`);
    client = null;
    burst = null;
  };
  client.onwire = (direction, payload) => {
    if (element('wire').checked && burst === null) transcript.add('note', direction === 'sent' ? 'wire →' : 'wire ←', payload);
  };
  setState('connecting', `Connecting over ${transport} …`);
  client.connect();
}

function received(value) {
  if (burst !== null) {
    burstReceived(value);
    return;
  }
  if (typeof value === 'string') transcript.add('got', 'text', value);
  else transcript.add('got', 'json', JSON.stringify(value));
}

function send(value) {
  transcript.add('sent', typeof value === 'string' ? 'text' : 'json', typeof value === 'string' ? value : JSON.stringify(value));
  client.send(value);
}

function sendMany(number) {
  transcript.add('sent', 'burst', `${number} messages`);
  burst = {expected: number, next: 0};
  for (let i = 0; i < number; i += 1) client.send(`message ${i}`);
}

function burstReceived(value) {
  if (value !== `message ${burst.next}`) transcript.add('error', 'order', `expected "message ${burst.next}", got ${JSON.stringify(value)}`);
  burst.next += 1;
  if (burst.next < burst.expected) return;
  transcript.add('got', 'burst', `${burst.expected} messages in their order`);
  burst = null;
}

element('connection').addEventListener('submit', (event) => { event.preventDefault(); connect(); });
element('disconnect').addEventListener('click', () => client.disconnect());
element('message').addEventListener('submit', (event) => { event.preventDefault(); send(element('text').value); });
element('send-json').addEventListener('click', () => send({text: element('text').value, at: new Date().toISOString()}));
element('send-many').addEventListener('click', () => sendMany(100));
setState('idle', 'Not connected.');
