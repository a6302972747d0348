// SPDX-License-Identifier: MPL-2.0
// pages.mjs CASE URL SHOTS [TOKEN…]: drives one demo page in headless Chromium as a person would, and leaves a picture of it in SHOTS.
// Ends with 0 when everything was as it should be; otherwise says what was not.
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {chromium} from 'playwright-core';
import {blocked, console_, consume, readme, refusals, stream} from './console.mjs';
import {token} from './console_token.mjs';
import {base, finish, kFlags, line, lines, open, shots, state, text} from './page.mjs';

const name = process.argv[2];

async function index(browser) {
  const page = await open(browser, '');
  await page.locator('#probe', {hasText: 'yes, after'}).waitFor({timeout: 10000});
  assert.equal(await text(page, 'address'), base);
  for (const href of await page.locator('main a').evaluateAll((links) => links.map((a) => a.href))) {
    assert.equal((await page.request.get(href)).status(), 200, href);
  }
  await finish(page, 'index');
  const dark = await open(browser, 'index.html', {colorScheme: 'dark', viewport: {width: 390, height: 800}});
  const overflow = await dark.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0, 'a narrow page must not scroll sideways');
  await finish(dark, 'index-narrow-dark');
}

// The official Socket.IO client, where a Socket.IO server serves it: as a script, as a module, and for a page of elsewhere.
async function client(browser) {
  const page = await open(browser, 'index.html');
  const file = (name) => `${base}/socket.io/${name}`;
  for (const name of ['socket.io.js', 'socket.io.min.js']) {
    await page.evaluate(() => { delete window.io; });
    await page.addScriptTag({url: file(name)});
    assert.deepEqual(await page.evaluate(() => [typeof io.connect, typeof io.Manager]), ['function', 'function'], name);
  }
  for (const name of ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js']) {
    const script = await page.request.get(file(name));
    assert.match(script.headers()['content-type'], /^text\/javascript/);
    assert.match(await script.text(), new RegExp(`//# sourceMappingURL=${name}\\.map\\s*$`));
    const map = await page.request.get(file(`${name}.map`));
    assert.equal(map.headers()['content-type'], 'application/json');
    assert.equal(JSON.parse(await map.text()).version, 3);
    const again = await page.request.get(file(name), {headers: {'if-none-match': script.headers().etag}});
    assert.equal(again.status(), 304);
  }
  await finish(page, 'client');
  const stranger = await browser.newPage();
  await stranger.route('http://stranger.test/', (route) => route.fulfill({contentType: 'text/html', body: '<!doctype html><title>x</title>'}));
  await stranger.goto('http://stranger.test/');
  assert.equal(await stranger.evaluate((url) => import(url).then((module) => module.protocol), file('socket.io.esm.min.js')), 5);
  await stranger.close();
}

async function echo(browser) {
  const page = await open(browser, 'echo.html');
  await page.click('#connect');
  await state(page, 'open');
  await page.fill('#text', 'grüße 🐇');
  await page.click('#send-text');
  await line(page, 'got', 'grüße 🐇');
  await page.click('#send-binary');
  await line(page, 'got', '12 bytes: 67 72 c3 bc c3 9f 65 20 f0 9f 90 87');
  await page.click('#send-many');
  await line(page, 'got', '1000 messages in their order');
  assert.deepEqual(await lines(page, 'error'), []);
  assert.equal(await text(page, 'count'), '1002 sent, 1002 came back.');
  await page.screenshot({path: path.join(shots, 'echo.png')});
  await page.click('#disconnect');
  await state(page, 'idle');
  assert.match(await text(page, 'status'), /^Closed with code 1000/);
  await finish(page, 'echo-closed');
}

async function socketio(browser, transport) {
  const page = await open(browser, 'socketio.html');
  await page.selectOption('#transport', transport);
  await page.click('#connect');
  await state(page, 'open');
  await page.fill('#text', 'a ~m~ and 🐇');
  await page.click('#send-text');
  await line(page, 'got', 'a ~m~ and 🐇');
  await page.click('#send-json');
  await line(page, 'got', '{"text":"a ~m~ and 🐇"');
  await page.click('#send-many');
  await line(page, 'got', '100 messages in their order');
  assert.deepEqual(await lines(page, 'error'), []);
  await page.click('#disconnect');
  await state(page, 'idle');
  await finish(page, `socketio-${transport}`);
}

async function stomp(browser) {
  const page = await open(browser, 'stomp.html');
  await page.fill('#passcode', 'wrong');
  await page.click('#connect');
  await state(page, 'error');
  assert.match(await text(page, 'status'), /^The broker refused/);
  await page.fill('#passcode', 'guest');
  await page.click('#connect');
  await state(page, 'open');
  await page.fill('#source', '/queue/pages');
  await page.click('#subscribe');
  await page.fill('#destination', '/queue/pages');
  await page.fill('#text', 'grüße 🐇');
  await page.click('#send');
  await line(page, 'got', /grüße 🐇/);
  await page.click('#send-many');
  await line(page, 'got', '1000 messages, 1000 receipts');
  await page.screenshot({path: path.join(shots, 'stomp.png')});
  await page.click('#disconnect');
  await state(page, 'idle');
  await finish(page, 'stomp-closed');
}

// Two people in one room; a third who may not have a name that is taken.
async function chat(browser) {
  const pages = [];
  const enter = async (name) => {
    const page = await open(browser, 'chat.html');
    await state(page, 'open');
    await page.fill('#name', name);
    await page.click('#enter');
    pages.push(page);
    return page;
  };
  const ada = await enter('Ada');
  await line(ada, 'note', 'lobby');
  const grace = await enter('Grace');
  await line(grace, 'note', 'lobby');
  await line(ada, 'note', 'Grace');
  assert.equal(await text(grace, 'people'), 'Ada, Grace');
  assert.equal(await text(ada, 'people'), 'Ada, Grace');
  await ada.locator('#measured', {hasText: /took \d+ ms/}).waitFor({timeout: 10000});

  await ada.fill('#text', 'grüße <b>🐇</b>');
  await ada.click('#say');
  await line(grace, 'got', 'grüße <b>🐇</b>');
  await line(ada, 'sent', 'grüße <b>🐇</b>');
  await ada.locator('#transport', {hasText: 'websocket'}).waitFor({timeout: 10000});

  const twin = await enter('Ada');
  await line(twin, 'error', 'somebody has that name already');

  // One pixel, half transparent.
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await grace.setInputFiles('#picture', {name: 'pixel.png', mimeType: 'image/png', buffer: pixel});
  for (const page of [ada, grace]) {
    const picture = page.locator('#transcript canvas[aria-label="pixel.png"]');
    await picture.waitFor({timeout: 10000});
    assert.deepEqual(await picture.evaluate((canvas) => [canvas.width, canvas.height, canvas.getContext('2d').getImageData(0, 0, 1, 1).data[3]]), [1, 1, 127]);
  }
  await grace.setInputFiles('#picture', {name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(262145)});
  await line(grace, 'error', 'only pictures of up to 256 KiB are shared');

  await ada.screenshot({path: path.join(shots, 'chat.png')});
  await grace.click('#leave');
  await line(ada, 'note', 'Grace');
  await ada.locator('#people', {hasText: /^Ada$/}).waitFor({timeout: 10000});
  await grace.fill('#room', 'elsewhere');
  await grace.click('#enter');
  await line(grace, 'note', 'elsewhere');
  await grace.fill('#text', 'not for the lobby');
  await grace.click('#say');
  await line(grace, 'sent', 'not for the lobby');
  assert.deepEqual(await lines(ada, 'got'), ['pixel.png\n']);
  await finish(grace, 'chat-elsewhere');
  for (const page of [ada, twin]) await page.close();
}

const cases = {
  console: console_, blocked, consume, readme, refusals, stream, token,
  index, client, echo, stomp, chat,
  websocket: (browser) => socketio(browser, 'websocket'),
  xhr_polling: (browser) => socketio(browser, 'xhr-polling'),
  jsonp_polling: (browser) => socketio(browser, 'jsonp-polling'),
};

assert.ok(readdirSync(shots), 'the directory for pictures must exist');
// The example of the README names an address of its own: it is this server's.
const address = `--host-resolver-rules=MAP localhost:15680 ${new URL(base).host}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: name === 'readme' ? [...kFlags, address] : kFlags,
});
try {
  await cases[name](browser);
} finally {
  await browser.close();
}
