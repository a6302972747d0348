// SPDX-License-Identifier: MPL-2.0
// client.mjs VERSION TRANSPORT URL RESOURCE [ORIGIN]: the published client of Socket.IO 0.6 in headless Chromium, on a page of
// URL itself or of ORIGIN. Echoes what the client has to get right, 10,000 messages in their order, and a second session
// after the first. Ends with 0 when all of it was as it should be.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {chromium} from 'playwright-core';

const [, , version, transport, base, resource, origin = base] = process.argv;
const library = readFileSync(`node_modules/socket.io-${version}/support/socket.io-client/socket.io.js`, 'utf8');
const kFlags = ['--no-sandbox', '--disable-gpu', '--ignore-certificate-errors', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // A page that the test itself answers for counts as one of a public address, which may not connect to this machine.
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights'];

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kFlags});
// The certificate of a test is nobody's.
const page = await browser.newPage({ignoreHTTPSErrors: true});
const complaints = [];
page.on('pageerror', (error) => complaints.push(String(error)));
const used = new Set();
page.on('request', (request) => used.add(new URL(request.url()).pathname));
page.on('websocket', (socket) => used.add(new URL(socket.url()).pathname));
await page.route(`${origin}/page`, (route) => route.fulfill({contentType: 'text/html; charset=utf-8', body: '<!doctype html><title>0.6</title><body></body>'}));
await page.goto(`${origin}/page`);
await page.addScriptTag({content: library});
await page.evaluate(() => {
  // Resolves with the next so many messages.
  window.talk = (socket) => {
    const got = [];
    let waiting = () => {};
    socket.on('message', (message) => { got.push(message); waiting(); });
    return (count) => new Promise((resolve) => {
      waiting = () => got.length >= count && resolve(got.splice(0, count));
      waiting();
    });
  };
  window.once = (socket, name) => new Promise((resolve) => socket.on(name, resolve));
});

async function step(name, run, ...args) {
  let timer;
  const limit = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${name}: timed out`)), 60000); });
  try {
    return await Promise.race([page.evaluate(run, ...args), limit]);
  } finally {
    clearTimeout(timer);
  }
}

try {
  const {hostname, port, protocol} = new URL(base);
  await step('connect', async ({hostname, port, secure, resource, transport}) => {
    window.options = {port, secure, resource, transports: [transport], rememberTransport: false, tryTransportsOnConnectTimeout: false};
    window.host = hostname;
    window.socket = new io.Socket(hostname, window.options);
    const connected = once(socket, 'connect');
    window.receive = talk(socket);
    socket.connect();
    await Promise.race([connected, once(socket, 'connect_failed').then(() => Promise.reject(new Error('connect failed')))]);
    if (socket.transport.type !== transport) throw new Error(`connected with ${socket.transport.type}`);
  }, {hostname, port, secure: protocol === 'https:', resource, transport});

  const texts = ['hello', 'ünï€ \u{1F600}\u{10FFFF}', 'a ~m~3~m~ inside', '\u2028\u2029</script>"\\', 'tab\tand \u0001', 'x'.repeat(70000), '12', '+ & = %25'];
  assert.deepEqual(await step('texts', (texts) => { texts.forEach((t) => socket.send(t)); return receive(texts.length); }, texts), texts);

  // A form turns each line feed into two characters; the client has counted one.
  const lines = ['two\nlines', '\n', 'end\n'];
  assert.deepEqual(await step('lines', (t) => { t.forEach((m) => socket.send(m)); return receive(t.length); }, lines), lines);

  const json = [{a: [1, 'ü', null, true, {b: -1.5e-3}], '\u{1F600}': ''}, {}];
  assert.deepEqual(await step('json', (j) => { j.forEach((m) => socket.send(m)); return receive(j.length); }, json), json);

  const many = await step('many', async () => {
    for (let n = 0; n < 10000; ++n) socket.send(`message ${n}`);
    return await receive(10000);
  });
  assert.deepEqual(many, Array.from({length: 10000}, (_, n) => `message ${n}`));

  await step('disconnect', async () => {
    const gone = once(socket, 'disconnect');
    socket.disconnect();
    await gone;
  });

  // Another session on the same page.
  assert.deepEqual(await step('second', async () => {
    window.second = new io.Socket(host, options);
    const connected = once(second, 'connect');
    const next = talk(second);
    second.connect();
    await connected;
    second.send('again');
    return await next(1);
  }), ['again']);

  const wanted = `/${resource}/${transport}`;
  assert.ok([...used].some((path) => path.startsWith(wanted)), `no request for ${wanted}: ${[...used].join(' ')}`);
  assert.deepEqual(complaints, []);
  console.log('ok');
} finally {
  await browser.close();
}
