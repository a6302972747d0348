// SPDX-License-Identifier: MPL-2.0
// What the console holds for its user: the subscriptions, consumers and streams that are to live as long as the page does, also over a new
// connection, and the deliveries that wait for an answer.
'use strict';

class Standing {
  // A command that is to stand, `ending` what ends it and the verb for that, the list that its line is in, and the place where a failure
  // is told. `drop(standing, why)` hears of the end; `id` is what the server calls it at present.
  constructor(list, command, args, words, ending, place, drop) {
    Object.assign(this, {list, command, args, words, ending, place, drop, id: null, line: null});
  }

  // Asks for it, at first and after each reconnection.
  async begin(bridge) {
    const answer = await bridge.command(this.command, ...this.args);
    this.id = answer.subscription ?? answer.consumer;
    if (this.line !== null) return;
    const [, verb] = this.ending;
    this.line = heldLine(this.words, [[verb, () => this.end(bridge)]]);
    this.list.append(this.line);
  }

  async end(bridge) {
    const [command] = this.ending;
    try {
      await bridge.command(command, this.id);
      this.drop(this);
    } catch (error) {
      this.drop(this, error.message);
    }
  }

  // Of a stream: what has been read. Whoever begins again begins with the next entry.
  passed(offset) {
    this.args[1].offset = offset + 1;
    this.progress ??= this.line.insertBefore(span('about', ''), this.line.lastElementChild);
    this.progress.textContent = `at ${offset.toLocaleString('en')}`;
  }

  remove() {
    this.line?.remove();
  }
}

// A line for a delivery, with what can become of it. `answered(words)` hears what the user chose, once.
function deliveryLine(body, meta, ack, answered) {
  const reply = meta.properties.replyTo === undefined ? null : document.createElement('input');
  const choose = (words, args) => () => {
    ack(...args());
    line.remove();
    answered(words);
  };
  const done = () => (reply === null || reply.value === '' ? [] : [null, reply.value]);
  const line = heldLine(describeBody(body), [
    [reply === null ? 'Done' : 'Reply', choose(reply === null ? 'done' : 'replied to', done)],
    ['Requeue', choose('back to the queue', () => ['requeue'])],
    ['Reject', choose('rejected', () => ['reject'])],
  ]);
  line.firstElementChild.after(span('about', meta.redelivered ? `${meta.routingKey}, came before` : meta.routingKey));
  if (meta.redelivered) line.dataset.again = '';
  if (reply !== null) {
    reply.setAttribute('aria-label', 'Reply');
    reply.placeholder = 'reply';
    line.querySelector('button').before(reply);
  }
  return line;
}

// What a person writes for a place in a stream, as the bridge takes it: a word, a number of an entry, or a time.
function streamOffset(text) {
  if (/^\d+$/.test(text)) return Number(text);
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : {timestamp: Math.floor(time / 1000)};
}

function describeBody(body) {
  if (typeof body === 'string') return body;
  return body instanceof ArrayBuffer ? describeBytes(body) : JSON.stringify(body);
}
