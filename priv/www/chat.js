// SPDX-License-Identifier: MPL-2.0
// The chat page: the official Socket.IO client, speaking to examples/rabbit_socks_chat at the path /chat.
'use strict';

const element = (id) => document.getElementById(id);
const transcript = new Transcript(element('transcript'));
const kPatience = 5000;
let people = [];
let inside = null;

// The path selects the route of the listener; the namespace is "/".
const socket = io({path: '/socket.io/chat'});

function setState(state, words) {
  showStatus(element('status'), state, words);
  const open = state === 'open';
  element('enter').disabled = !open || inside !== null;
  for (const id of ['leave', 'say', 'picture']) element(id).disabled = !open || inside === null;
}

// It begins with polling, and changes to a WebSocket where it can.
function showTransport() {
  element('transport').textContent = socket.io.engine.transport.name;
}

function showPeople(list) {
  people = list;
  element('people').textContent = people.length > 0 ? people.join(', ') : 'nobody';
}

socket.on('connect', () => {
  setState('open', 'Connected, in no room.');
  showTransport();
  socket.io.engine.on('upgrade', showTransport);
  // Recovered: the server has kept our place, and has sent what we missed.
  if (inside === null || socket.recovered) return;
  const {room, name} = inside;
  inside = null;
  enter(room, name);
});
socket.on('disconnect', (reason) => {
  setState('connecting', `Disconnected (${reason}); trying again …`);
});
socket.on('connect_error', (error) => setState('error', `No connection: ${error.message}. Is there a route /chat here?`));

socket.on('entered', (name) => {
  showPeople([...people, name]);
  transcript.add('note', 'enters', name);
});
socket.on('left', (name) => {
  showPeople(people.filter((other) => other !== name));
  transcript.add('note', 'leaves', name);
});
socket.on('said', (name, text) => transcript.add(name === inside?.name ? 'sent' : 'got', name, text));
socket.on('shared', (name, about, bytes) => {
  transcript.add(name === inside?.name ? 'sent' : 'got', name, about.name);
  show(about, bytes, element('transcript').lastElementChild.querySelector('.text'));
});
// The server measures how long an event and its acknowledgement take.
socket.on('measure', (done) => done());
socket.on('measured', (ms) => { element('measured').textContent = `An event to this page and its acknowledgement took ${ms} ms.`; });

// The bytes are decoded and drawn: the pages' content security policy loads no picture from elsewhere than the server.
async function show(about, bytes, place) {
  try {
    const bitmap = await createImageBitmap(new Blob([bytes], {type: about.type}));
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', about.name);
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    place.append(document.createElement('br'), canvas);
  } catch {
    place.append(' (no picture)');
  }
}

// Emits, and tells what the server answers; what it refuses is a line in the transcript.
function ask(event, args, then) {
  socket.timeout(kPatience).emit(event, ...args, (error, answer) => {
    const refusal = error ? 'no answer' : answer.error;
    if (refusal === undefined) then(answer);
    else transcript.add('error', event, refusal);
  });
}

function enter(room, name) {
  ask('enter', [room, name], (answer) => {
    inside = {room, name};
    showPeople(answer.people);
    transcript.add('note', 'room', room);
    setState('open', `In the room ${room} as ${name}.`);
  });
}

element('entrance').addEventListener('submit', (event) => {
  event.preventDefault();
  enter(element('room').value.trim(), element('name').value.trim());
});
element('leave').addEventListener('click', () => ask('leave', [], () => {
  inside = null;
  showPeople([]);
  setState('open', 'Connected, in no room.');
}));
element('message').addEventListener('submit', (event) => {
  event.preventDefault();
  ask('say', [element('text').value], () => { element('text').value = ''; });
});
element('picture').addEventListener('change', async () => {
  const [file] = element('picture').files;
  if (file === undefined) return;
  ask('share', [{name: file.name, type: file.type}, await file.arrayBuffer()], () => { element('picture').value = ''; });
});

setState('connecting', 'Connecting …');
