// SPDX-License-Identifier: MPL-2.0
// The console: forms for the commands of the bridge, what they bring, and what became of them in words.
'use strict';

const element = (id) => document.getElementById(id);
const transcript = new Transcript(element('transcript'));
const meters = new Meters(element('meters'), {
  published: 'published', confirmed: 'confirmed', messages: 'messages', deliveries: 'deliveries', answered: 'answered', failed: 'failed',
});
const kCommands = ['publish', 'publish-many', 'request', 'subscribe', 'consume', 'declare', 'read', 'declare-stream'];
// So many lines a second are for a reader; the rest is counted.
const kReadable = 60;
let lines = 0;
let bridge = null;
let standing = [];

function setState(state, words) {
  showStatus(element('status'), state, words);
  for (const id of kCommands) element(id).disabled = state !== 'open';
  element('disconnect').disabled = state === 'idle' || state === 'error';
  element('connect').disabled = !element('disconnect').disabled;
}

function note(kind, label, text) {
  lines += 1;
  if (lines <= kReadable) transcript.add(kind, label, text);
}

setInterval(() => {
  if (lines > kReadable) transcript.add('note', '…', `and ${lines - kReadable} more in this second`);
  lines = 0;
}, 1000);

// What became of a command goes below its form and into the transcript.
function tell(place, kind, label, words) {
  element(place).dataset.kind = kind;
  element(place).textContent = words;
  note(kind === 'bad' ? 'error' : 'note', label, words);
}

function failed(place, label, error) {
  meters.add('failed');
  tell(place, 'bad', label, error.message);
}

// The connection.

const listener = {
  state: setState,
  connected() {
    note('note', 'connect', element('status').textContent);
    for (const wish of standing) {
      wish.begin(bridge).then(() => note('note', wish.command, `${wish.words}, again`), (error) => drop(wish, error.message));
    }
  },
  disconnected(comesBack) {
    note(comesBack || element('status').dataset.state === 'idle' ? 'note' : 'error', 'disconnect', element('status').textContent);
    // What was not answered is the queue's again.
    element('deliveries').replaceChildren();
    showDeliveries();
    blocked([]);
    if (!comesBack) for (const wish of [...standing]) drop(wish);
  },
  message(subscription, body, meta) {
    meters.add('messages');
    note('got', 'message', `${meta.routingKey}: ${describeBody(body)}`);
  },
  delivery(consumer, body, meta, ack) {
    meters.add('deliveries');
    note('got', 'delivery', `${meta.routingKey}: ${describeBody(body)}`);
    element('deliveries').append(deliveryLine(body, meta, ack, (words) => {
      meters.add('answered');
      note('sent', 'answer', `${describeBody(body)}: ${words}`);
      showDeliveries();
    }));
    showDeliveries();
  },
  entry(consumer, body, meta) {
    meters.add('messages');
    note('got', 'entry', `${meta.offset}: ${describeBody(body)}`);
    standing.find((one) => one.id === consumer)?.passed(meta.offset);
  },
  cancelled(id, reason) {
    const wish = standing.find((one) => one.id === id);
    if (wish !== undefined) drop(wish, new BridgeError(reason).message);
  },
  expires(seconds) {
    note('error', 'login', `The login ends in ${seconds} s: put a new token into its field.`);
  },
  blocked: (...sources) => blocked(sources.flat()),
  unblocked: () => blocked([]),
};

function connect() {
  bridge?.close();
  setState('connecting', 'Connecting …');
  element('renewed').textContent = '';
  const [username, password, vhost] = ['username', 'password', 'vhost'].map((id) => element(id).value);
  const token = element('token').value.trim();
  bridge = new Bridge(listener, {
    transports: element('transport').value.split(' '),
    auth: token === '' ? {username, password, vhost} : {token, vhost},
  });
}

// Another token for the same login.
async function renew() {
  const token = element('token').value.trim();
  if (token === '' || element('status').dataset.state !== 'open') return;
  try {
    const {user, expires} = await bridge.refresh({token});
    const until = expires === undefined ? 'does not end' : `ends at ${new Date(expires * 1000).toLocaleString()}`;
    tell('renewed', 'good', 'login', `The token is taken: the login of ${user} ${until}.`);
  } catch (error) {
    failed('renewed', 'login', error);
  }
}

function blocked(sources) {
  if (element('blocked').hidden && sources.length === 0) return;
  element('blocked').hidden = sources.length === 0;
  element('blocked').textContent = sources.length === 0 ? ''
    : `The broker is short of ${sources.join(' and ')}: what is published waits until that is over. Messages still come.`;
  note(sources.length === 0 ? 'note' : 'error', 'alarm', sources.length === 0 ? 'over: the broker takes messages again' : element('blocked').textContent);
}

// Publishing.

function message() {
  const text = element('body').value;
  let body = text;
  if (element('json').checked) {
    try {
      body = JSON.parse(text);
    } catch (error) {
      throw new Error(`The body is no JSON: ${error.message}.`);
    }
  }
  return [element('exchange').value, element('key').value, body];
}

function publishOptions() {
  return {mandatory: element('mandatory').checked, persistent: element('persistent').checked};
}

async function publish() {
  const started = performance.now();
  try {
    const [exchange, key, body] = message();
    meters.add('published');
    note('sent', 'publish', `${key}: ${describeBody(body)}`);
    await bridge.command('publish', exchange, key, body, publishOptions());
    meters.add('confirmed');
    tell('published', 'good', 'publish', `Confirmed by the broker after ${Math.round(performance.now() - started)} ms.`);
  } catch (error) {
    failed('published', 'publish', error);
  }
}

async function publishMany(number) {
  const started = performance.now();
  try {
    const [exchange, key, body] = message();
    const options = publishOptions();
    meters.add('published', number);
    note('sent', 'publish', `${number} times ${key}: ${describeBody(body)}`);
    const answers = await Promise.allSettled(Array.from({length: number}, async () => {
      await bridge.command('publish', exchange, key, body, options);
      meters.add('confirmed');
    }));
    const refusals = answers.filter(({status}) => status === 'rejected');
    if (refusals.length > 0) {
      meters.add('failed', refusals.length - 1);
      throw new Error(`${refusals.length} of ${number} failed. ${refusals[0].reason.message}`);
    }
    tell('published', 'good', 'publish', `${number} messages confirmed by the broker in ${Math.round(performance.now() - started)} ms.`);
  } catch (error) {
    failed('published', 'publish', error);
  }
}

async function request() {
  try {
    const [exchange, key, body] = message();
    note('sent', 'request', `${key}: ${describeBody(body)}`);
    tell('published', 'busy', 'request', 'Waiting for the reply …');
    const {body: reply} = await bridge.command('request', exchange, key, body, {persistent: element('persistent').checked});
    tell('published', 'good', 'reply', `The reply: ${describeBody(reply)}`);
  } catch (error) {
    failed('published', 'request', error);
  }
}

// What stands: subscriptions, consumers, streams.

async function stand(place, label, wish, words) {
  if (standing.some((one) => one.words === wish.words && one.list === wish.list)) {
    tell(place, 'good', label, 'You have that already.');
    return;
  }
  standing.push(wish);
  try {
    await wish.begin(bridge);
    tell(place, 'good', label, words);
  } catch (error) {
    standing = standing.filter((one) => one !== wish);
    failed(place, label, error);
  }
}

// It is over: by the user, by the server (then `why` says so), or with the connection.
function drop(wish, why) {
  standing = standing.filter((one) => one !== wish);
  wish.remove();
  if (why !== undefined) failed(wish.place, wish.command, new Error(`${wish.words} has ended. ${why}`));
}

function subscribe() {
  const [exchange, keys] = [element('source').value, element('keys').value.split(/\s+/).filter((key) => key !== '')];
  const wish = new Standing(element('subscriptions'), 'subscribe', [exchange, keys.length > 0 ? keys : ['']], `${exchange}: ${keys.join(' ')}`,
    ['unsubscribe', 'Unsubscribe'], 'subscribed', drop);
  stand('subscribed', 'subscribe', wish, 'Subscribed: what is published from now on comes here.');
}

function consume() {
  const [queue, prefetch] = [element('queue').value, Number(element('prefetch').value)];
  const wish = new Standing(element('consumers'), 'consume', [queue, {prefetch}], `${queue}: ${prefetch} at once`, ['cancel', 'Cancel'], 'consumed', drop);
  stand('consumed', 'consume', wish, 'Consuming: each message waits for your answer.');
}

function read() {
  const [stream, offset] = [element('stream').value, streamOffset(element('offset').value.trim())];
  const wish = new Standing(element('streams'), 'stream', [stream, {offset}], stream, ['cancel', 'Stop'], 'streamed', drop);
  stand('streamed', 'stream', wish, 'Reading: every entry from there on comes here.');
}

async function declare(name, place, options) {
  try {
    const {queue, messages, consumers} = await bridge.command('declare', name, options);
    tell(place, 'good', 'declare', `The queue ${queue} is there, with ${messages} messages and ${consumers} consumers.`);
  } catch (error) {
    failed(place, 'declare', error);
  }
}

// One that does not grow for ever, since it is to play with.
const kStream = {durable: true, arguments: {'x-queue-type': 'stream', 'x-max-length-bytes': 100000000}};

function showDeliveries() {
  element('deliveries-title').hidden = element('deliveries').childElementCount === 0;
}

function onSubmit(id, act) {
  element(id).addEventListener('submit', (event) => { event.preventDefault(); act(); });
}

onSubmit('connection', connect);
onSubmit('publishing', publish);
onSubmit('subscription', subscribe);
onSubmit('consuming', consume);
onSubmit('reading', read);
element('disconnect').addEventListener('click', () => { bridge.close(); setState('idle', 'Disconnected.'); });
element('token').addEventListener('change', renew);
element('publish-many').addEventListener('click', () => publishMany(1000));
element('request').addEventListener('click', request);
element('declare').addEventListener('click', () => declare(element('queue').value, 'consumed', {durable: true}));
element('declare-stream').addEventListener('click', () => declare(element('stream').value, 'streamed', kStream));
setState('idle', 'Not connected.');
