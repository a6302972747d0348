// SPDX-License-Identifier: MPL-2.0
// The STOMP page: a login, subscriptions, messages with acknowledgements, and a transcript of the frames.
'use strict';

const element = (id) => document.getElementById(id);
const transcript = new Transcript(element('transcript'));
const counts = {sent: 0, got: 0, receipts: 0};
let client = null;
let lastError = null;
let leaving = false;
let nextId = 1;

// By id: where it is subscribed to and how it acknowledges.
const subscriptions = new Map();

// What a burst has to bring back is counted, not shown line by line.
let burst = null;

function setState(state, words) {
  showStatus(element('status'), state, words);
  const open = state === 'open';
  for (const id of ['subscribe', 'send', 'send-many']) element(id).disabled = !open;
  element('disconnect').disabled = !(open || state === 'connecting');
  element('connect').disabled = !(state === 'idle' || state === 'error');
}

function showCounts() {
  element('count').textContent = `${counts.sent} sent, ${counts.receipts} confirmed by the broker, ${counts.got} received.`;
}

function connect() {
  const url = element('url').value;
  lastError = null;
  leaving = false;
  try {
    client = new StompClient(url, {login: element('login').value, passcode: element('passcode').value, host: element('host').value});
  } catch (error) {
    setState('error', `No such address: ${error.message}`);
    return;
  }
  setState('connecting', `Connecting to ${url} …`);
  client.onsent = (frame) => { if (burst === null) transcript.add('sent', frame.command, describe(frame)); };
  client.onframe = received;
  client.onclose = closed;
}

function closed(event) {
  client = null;
  burst = null;
  subscriptions.clear();
  element('subscriptions').replaceChildren();
  element('unacked').replaceChildren();
  showCards();
  const words = describeClose(event);
  transcript.add(leaving ? 'note' : 'error', 'close', words);
  // What the broker said before it closed is worth more than the code.
  setState(leaving ? 'idle' : 'error', leaving ? words : lastError ?? words);
}

function describeClose(event) {
  if (event.code === 1000 || leaving) return 'Disconnected.';
  if (event.code === 1006) return 'The connection was lost or refused. Is there a STOMP listener at this address?';
  return `Closed with code ${event.code}${event.reason ? ': ' + event.reason : ''}.`;
}

// Headers and body as a person reads them; a passcode is nobody's business.
function describe({headers, body, bytes}) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${name === 'passcode' ? '••••' : value}`);
  const text = bytes !== undefined && body.includes('\ufffd') ? describeBytes(bytes.buffer) : body;
  return text === '' ? lines.join('\n') : `${lines.join('\n')}\n\n${text}`;
}

function received(frame) {
  switch (frame.command) {
    case 'CONNECTED':
      setState('open', `Logged in as ${element('login').value} to ${element('host').value}, STOMP ${frame.headers.version}.`);
      transcript.add('got', frame.command, describe(frame));
      break;
    case 'MESSAGE':
      message(frame);
      break;
    case 'RECEIPT':
      receipt(frame);
      break;
    case 'ERROR':
      lastError = inWords(frame);
      transcript.add('error', frame.command, describe(frame));
      showStatus(element('status'), 'error', lastError);
      break;
    default:
      transcript.add('got', frame.command, describe(frame));
  }
}

function inWords({headers, body}) {
  return `The broker refused: ${headers.message ?? 'no reason given'}. ${body.trim()}`;
}

function message(frame) {
  counts.got += 1;
  showCounts();
  const {subscription, ack} = frame.headers;
  const known = subscriptions.get(subscription);
  if (burst === null || known === undefined || known.ack !== 'auto') transcript.add('got', frame.command, describe(frame));
  if (known !== undefined && known.ack !== 'auto') hold(frame, ack ?? frame.headers['message-id']);
  burstProgress();
}

function receipt(frame) {
  counts.receipts += 1;
  showCounts();
  const id = frame.headers['receipt-id'];
  if (id === 'bye') client.close();
  if (burst === null) transcript.add('got', frame.command, describe(frame));
  else burst.receipts += 1;
  burstProgress();
}

// A message that waits for ACK or NACK.
function hold(frame, id) {
  const answer = (command) => {
    client.send(command, {id});
    line.remove();
    // In mode `client' the acknowledgement is for everything before it as well.
    if (subscriptions.get(frame.headers.subscription)?.ack === 'client') removeBefore(line, frame.headers.subscription);
    showCards();
  };
  const line = heldLine(`${frame.headers.destination} — ${frame.body.slice(0, 120)}`, [
    ['Acknowledge', () => answer('ACK')],
    ['Refuse', () => answer('NACK')],
  ]);
  line.dataset.subscription = frame.headers.subscription;
  line.dataset.order = String(counts.got);
  element('unacked').append(line);
  showCards();
}

function removeBefore(line, subscription) {
  for (const other of [...element('unacked').children]) {
    if (other.dataset.subscription === subscription && Number(other.dataset.order) < Number(line.dataset.order)) other.remove();
  }
}

function showCards() {
  for (const id of ['subscriptions', 'unacked']) element(`${id}-card`).hidden = element(id).childElementCount === 0;
}

function subscribe() {
  const id = `sub-${nextId}`;
  nextId += 1;
  const destination = element('source').value;
  const ack = element('ack').value;
  subscriptions.set(id, {destination, ack});
  client.send('SUBSCRIBE', {id, destination, ack, receipt: id});
  const line = heldLine(`${destination} (${ack})`, [['Unsubscribe', () => {
    client.send('UNSUBSCRIBE', {id});
    subscriptions.delete(id);
    line.remove();
    showCards();
  }]]);
  element('subscriptions').append(line);
  showCards();
}

function send(text) {
  const headers = {destination: element('destination').value, 'content-type': 'text/plain'};
  if (element('receipts').checked) {
    headers.receipt = `message-${nextId}`;
    nextId += 1;
  }
  client.send('SEND', headers, text);
  counts.sent += 1;
  showCounts();
}

function sendMany(number) {
  const destination = element('destination').value;
  const listening = [...subscriptions.values()].some((s) => s.destination === destination && s.ack === 'auto');
  burst = {
    receipts: 0,
    wantedReceipts: element('receipts').checked ? number : 0,
    wantedGot: listening ? counts.got + number : counts.got,
    number,
    started: performance.now(),
  };
  element('send-many').disabled = true;
  for (let i = 0; i < number; i += 1) send(`message ${i}`);
  transcript.add('sent', 'burst', `${number} messages to ${destination}`);
  burstProgress();
}

function burstProgress() {
  if (burst === null || burst.receipts < burst.wantedReceipts || counts.got < burst.wantedGot) return;
  const milliseconds = Math.round(performance.now() - burst.started);
  transcript.add('got', 'burst', `${burst.number} messages, ${burst.receipts} receipts, in ${milliseconds} ms`);
  burst = null;
  element('send-many').disabled = client === null;
}

element('url').value = webSocketUrl('/websocket/stomp');
element('connection').addEventListener('submit', (event) => { event.preventDefault(); connect(); });
element('disconnect').addEventListener('click', () => {
  leaving = true;
  setState('closing', 'Disconnecting …');
  element('disconnect').disabled = true;
  if (client.socket.readyState === WebSocket.OPEN) client.send('DISCONNECT', {receipt: 'bye'});
  else client.close();
});
element('subscription').addEventListener('submit', (event) => { event.preventDefault(); subscribe(); });
element('message').addEventListener('submit', (event) => { event.preventDefault(); send(element('text').value); });
element('send-many').addEventListener('click', () => sendMany(1000));
setState('idle', 'Not connected.');
