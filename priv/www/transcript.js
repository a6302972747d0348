// SPDX-License-Identifier: MPL-2.0
// What the demo pages share: the state of a connection in words, the transcript of what went over the wire, and lines
// of what is held for the user.
'use strict';

// The last lines only: a page that is left open must not grow for ever.
const kMaxLines = 500;

class Transcript {
  // `list` is the <ol class="transcript">.
  constructor(list) {
    this.list = list;
  }

  // kind: sent, got, note, error. `label` says what it was in a word, `text` is shown as it is.
  add(kind, label, text) {
    const line = document.createElement('li');
    line.dataset.kind = kind;
    const time = document.createElement('time');
    time.textContent = new Date().toLocaleTimeString('en-GB');
    line.append(time, span('kind', label), span('text', text));
    const follow = this.list.scrollTop + this.list.clientHeight >= this.list.scrollHeight - 40;
    this.list.append(line);
    while (this.list.childElementCount > kMaxLines) this.list.firstElementChild.remove();
    if (follow) this.list.scrollTop = this.list.scrollHeight;
  }

  clear() {
    this.list.replaceChildren();
  }
}

function span(name, text) {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}

// A line of a list <ul class="held">: a text, and buttons by name and what they do.
function heldLine(text, actions) {
  const line = document.createElement('li');
  line.append(span('text', text));
  for (const [name, action] of actions) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'plain';
    button.textContent = name;
    button.addEventListener('click', action);
    line.append(button);
  }
  return line;
}

// state: idle, connecting, open, closing, error; `words` tell a person.
function showStatus(element, state, words) {
  element.dataset.state = state;
  element.textContent = words;
}

// "ws://host:port/path" beside the page's own "http://host:port".
function webSocketUrl(path) {
  return (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + path;
}

// Bytes for people: "4 bytes: de ad be ef".
function describeBytes(buffer) {
  const bytes = new Uint8Array(buffer);
  const shown = Array.from(bytes.slice(0, 32), (b) => b.toString(16).padStart(2, '0')).join(' ');
  return `${bytes.length} byte${bytes.length === 1 ? '' : 's'}: ${shown}${bytes.length > 32 ? ' …' : ''}`;
}
