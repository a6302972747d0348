// SPDX-License-Identifier: MPL-2.0
// The echo page: one WebSocket, text and binary, and a transcript.
'use strict';

const element = (id) => document.getElementById(id);
const transcript = new Transcript(element('transcript'));
const counts = {sent: 0, got: 0};
let socket = null;

// A burst is counted, not shown line by line.
let burst = null;

function setState(state, words) {
  showStatus(element('status'), state, words);
  const open = state === 'open';
  for (const id of ['send-text', 'send-binary', 'send-many', 'disconnect']) element(id).disabled = !open;
  element('disconnect').disabled = state === 'idle' || state === 'error';
  element('connect').disabled = !(state === 'idle' || state === 'error');
}

function showCounts() {
  element('count').textContent = `${counts.sent} sent, ${counts.got} came back.`;
}

function connect() {
  const url = element('url').value;
  try {
    socket = new WebSocket(url);
  } catch (error) {
    setState('error', `No such address: ${error.message}`);
    return;
  }
  socket.binaryType = 'arraybuffer';
  setState('connecting', `Connecting to ${url} …`);
  socket.onopen = () => {
    setState('open', `Connected to ${url}`);
    transcript.add('note', 'open', url);
  };
  socket.onmessage = (event) => received(event.data);
  socket.onclose = (event) => {
    const words = describeClose(event);
    transcript.add(event.wasClean ? 'note' : 'error', 'close', words);
    setState(event.wasClean ? 'idle' : 'error', words);
    socket = null;
    burst = null;
  };
}

function describeClose(event) {
  if (event.code === 1006) return 'The connection was lost or refused.';
  return `Closed with code ${event.code}${event.reason ? ': ' + event.reason : ''}.`;
}

function received(data) {
  counts.got += 1;
  showCounts();
  if (burst !== null) {
    burstReceived(data);
    return;
  }
  if (typeof data === 'string') transcript.add('got', 'text', data);
  else transcript.add('got', 'binary', describeBytes(data));
}

function sendText(text) {
  socket.send(text);
  counts.sent += 1;
  transcript.add('sent', 'text', text);
  showCounts();
}

function sendBinary(text) {
  const bytes = new TextEncoder().encode(text);
  socket.send(bytes);
  counts.sent += 1;
  transcript.add('sent', 'binary', describeBytes(bytes.buffer));
  showCounts();
}

function sendMany(number) {
  burst = {expected: number, next: 0, started: performance.now()};
  element('send-many').disabled = true;
  for (let i = 0; i < number; i += 1) socket.send(`message ${i}`);
  counts.sent += number;
  transcript.add('sent', 'burst', `${number} messages`);
  showCounts();
}

function burstReceived(data) {
  if (data !== `message ${burst.next}`) {
    transcript.add('error', 'order', `expected "message ${burst.next}", got ${typeof data === 'string' ? `"${data}"` : 'binary'}`);
  }
  burst.next += 1;
  if (burst.next < burst.expected) return;
  const milliseconds = Math.round(performance.now() - burst.started);
  transcript.add('got', 'burst', `${burst.expected} messages in their order, in ${milliseconds} ms`);
  burst = null;
  element('send-many').disabled = socket === null;
}

element('url').value = webSocketUrl('/websocket/echo');
element('connection').addEventListener('submit', (event) => { event.preventDefault(); connect(); });
element('disconnect').addEventListener('click', () => {
  setState('closing', 'Closing …');
  element('disconnect').disabled = true;
  socket.close(1000, 'done');
});
element('message').addEventListener('submit', (event) => { event.preventDefault(); sendText(element('text').value); });
element('send-binary').addEventListener('click', () => sendBinary(element('text').value));
element('send-many').addEventListener('click', () => sendMany(1000));
setState('idle', 'Not connected.');
