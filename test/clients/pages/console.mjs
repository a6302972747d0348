// SPDX-License-Identifier: MPL-2.0
// The console in headless Chromium, against a real broker: what a person does there, and what it says.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {base, finish, line, open, shots, state, text} from './page.mjs';

const kTimeout = {timeout: 15000};
const said = (page, id, words) => page.locator(`#${id}`, {hasText: words}).waitFor(kTimeout);
const count = (page, name, number) => page.locator(`#count-${name}`, {hasText: new RegExp(`^${number}$`)}).waitFor(kTimeout);
const delivery = (page, body) => page.locator('#deliveries li').filter({has: page.getByText(body, {exact: true})});
const press = (page, body, button) => delivery(page, body).getByRole('button', {name: button}).click();

async function connected(browser, transport = 'websocket', options = {}) {
  const page = await open(browser, 'console.html', options);
  await page.selectOption('#transport', transport);
  await page.click('#connect');
  await state(page, 'open');
  assert.match(await text(page, 'status'), /^Logged in as guest to \/, over (WebSocket|polling)\.$/);
  return page;
}

async function publish(page, exchange, key, body) {
  await page.fill('#exchange', exchange);
  await page.fill('#key', key);
  await page.fill('#body', body);
  await page.click('#publish');
}

// From one tab to another, over both transports; then everything at once, on a telephone in the dark.
export async function console_(browser) {
  const ada = await connected(browser, 'polling');
  await ada.fill('#keys', 'pages.#  other.*');
  await ada.click('#subscribe');
  await said(ada, 'subscribed', 'what is published from now on comes here');
  const grace = await connected(browser);
  await publish(grace, 'amq.topic', 'pages.first', '{"headline": "grüße <b>🐇</b>"}');
  await said(grace, 'published', /^Confirmed by the broker after \d+ ms\.$/);
  await line(ada, 'got', 'pages.first: {"headline":"grüße <b>🐇</b>"}');
  await lost(ada);
  await page_text(grace, ada);
  await grace.fill('#body', 'x');
  await grace.click('#publish-many');
  await said(grace, 'published', /^1000 messages confirmed by the broker in \d+ ms\.$/);
  await count(ada, 'messages', '1,002');
  await count(grace, 'confirmed', '1,002');
  await ada.getByRole('button', {name: 'Unsubscribe'}).click();
  await ada.locator('#subscriptions li').waitFor({state: 'detached'});
  await publish(grace, 'amq.topic', 'pages.last', 'unheard');
  await count(grace, 'confirmed', '1,003');
  await count(ada, 'messages', '1,002');
  await grace.screenshot({path: path.join(shots, 'console.png'), fullPage: true});
  await finish(ada, 'console-polling');
  await finish(grace, 'console-published');

  const narrow = await connected(browser, 'websocket', {colorScheme: 'dark', viewport: {width: 390, height: 800}});
  const overflow = await narrow.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0, 'a narrow page must not scroll sideways');
  await narrow.screenshot({path: path.join(shots, 'console-narrow-dark.png'), fullPage: true});
  await narrow.click('#disconnect');
  await state(narrow, 'idle');
  await finish(narrow, 'console-closed');
}

// A connection is lost and comes again: what the page had subscribed to it has again.
async function lost(page) {
  await page.evaluate(() => bridge.socket.io.engine.close());
  await line(page, 'note', 'The connection was lost (');
  await line(page, 'note', 'amq.topic: pages.# other.*, again');
  await state(page, 'open');
}

// The same with a body that is a text.
async function page_text(from, to) {
  await from.uncheck('#json');
  await publish(from, 'amq.topic', 'other.text', '{"not": JSON');
  await line(to, 'got', 'other.text: {"not": JSON');
}

// At least once: done, back to the queue and again, thrown away; and back to the queue when the tab is gone.
export async function consume(browser) {
  const page = await connected(browser);
  await page.uncheck('#json');
  await page.fill('#queue', 'pages');
  await page.click('#declare');
  await said(page, 'consumed', 'The queue pages is there, with 0 messages and 0 consumers.');
  for (const body of ['one', 'two', 'three', 'four']) await publish(page, '', 'pages', body);
  await count(page, 'confirmed', 4);
  await page.fill('#prefetch', '3');
  await page.click('#consume');
  await delivery(page, 'three').waitFor(kTimeout);
  assert.equal(await page.locator('#deliveries li').count(), 3, 'no more than the prefetch');
  await page.screenshot({path: path.join(shots, 'console-consume.png'), fullPage: true});

  await press(page, 'one', 'Done');
  await delivery(page, 'four').waitFor(kTimeout);
  await press(page, 'two', 'Requeue');
  await delivery(page, 'two').filter({hasText: 'came before'}).waitFor(kTimeout);
  await press(page, 'three', 'Reject');
  await count(page, 'answered', 3);
  await page.click('#disconnect');
  await state(page, 'idle');
  assert.equal(await page.locator('#deliveries li, #consumers li').count(), 0);

  await page.click('#connect');
  await state(page, 'open');
  await page.click('#declare');
  await said(page, 'consumed', 'with 2 messages and 0 consumers');
  await page.click('#consume');
  for (const body of ['two', 'four']) await press(page, body, 'Done');
  await count(page, 'answered', 5);
  await reply(page);
  await page.getByRole('button', {name: 'Cancel'}).click();
  await page.locator('#consumers li').waitFor({state: 'detached'});
  await page.click('#declare');
  await said(page, 'consumed', 'with 0 messages and 0 consumers');
  await finish(page, 'console-consumed');
}

// A request to the same queue, answered by hand.
async function reply(page) {
  await page.fill('#body', 'how many?');
  await page.click('#request');
  await delivery(page, 'how many?').getByLabel('Reply').fill('four');
  await press(page, 'how many?', 'Reply');
  await said(page, 'published', 'The reply: four');
}

// From the first entry, from another, and on from where it was when the connection is lost.
export async function stream(browser) {
  const page = await connected(browser);
  await page.uncheck('#json');
  await page.fill('#stream', 'pages-stream');
  await page.click('#declare-stream');
  await said(page, 'streamed', 'The queue pages-stream is there');
  const add = async (body, number) => {
    await publish(page, '', 'pages-stream', body);
    await count(page, 'confirmed', number);
  };
  for (const [index, body] of ['zero', 'one', 'two'].entries()) await add(body, index + 1);
  await page.click('#read');
  for (const entry of ['0: zero', '1: one', '2: two']) await line(page, 'got', entry);
  await page.locator('#streams li', {hasText: 'at 2'}).waitFor(kTimeout);
  await page.screenshot({path: path.join(shots, 'console-stream.png'), fullPage: true});

  await page.evaluate(() => bridge.socket.io.engine.close());
  await line(page, 'note', 'pages-stream, again');
  await add('three', 4);
  await page.locator('#streams li', {hasText: 'at 3'}).waitFor(kTimeout);
  await count(page, 'messages', 4);
  await page.getByRole('button', {name: 'Stop'}).click();
  await page.locator('#streams li').waitFor({state: 'detached'});

  await page.fill('#offset', '3');
  await page.click('#read');
  await count(page, 'messages', 5);
  await page.getByRole('button', {name: 'Stop'}).click();
  await page.fill('#offset', '2001-01-01T00:00');
  await page.click('#read');
  await count(page, 'messages', 9);
  await page.getByRole('button', {name: 'Stop'}).click();
  await page.locator('#streams li').waitFor({state: 'detached'});
  await page.fill('#offset', 'somewhere');
  await page.click('#read');
  await said(page, 'streamed', /^Not understood: /);
  await finish(page, 'console-streamed');
}

// What is refused is told in words.
export async function refusals(browser) {
  const page = await open(browser, 'console.html');
  await page.fill('#password', 'wrong');
  await page.click('#connect');
  await state(page, 'error');
  assert.equal(await text(page, 'status'), 'Not allowed: the credentials are not accepted.');
  assert.ok(await page.locator('#publish').isDisabled());
  await page.screenshot({path: path.join(shots, 'console-refused.png')});
  await page.fill('#password', 'guest');
  await page.click('#connect');
  await state(page, 'open');

  await page.check('#mandatory');
  await publish(page, 'amq.topic', 'nobody.listens', '1');
  await said(page, 'published', 'Not delivered: no queue takes a message with this routing key.');
  await publish(page, 'no-such-exchange', 'x', '1');
  await said(page, 'published', /^Not found: .*no-such-exchange/);
  await publish(page, 'amq.topic', 'x', '{"broken');
  await said(page, 'published', 'The body is no JSON:');
  await page.fill('#queue', 'no-such-queue');
  await page.click('#consume');
  await said(page, 'consumed', /^Not found: no queue 'no-such-queue' in vhost '\/'\.$/);
  await page.fill('#keys', 'x'.repeat(300));
  await page.click('#subscribe');
  await said(page, 'subscribed', /^Not understood: /);
  await count(page, 'failed', 5);
  assert.equal(await page.locator('#subscriptions li, #consumers li').count(), 0);
  await finish(page, 'console-refusals');
  await elsewhere(browser);
}

// Where there is no bridge the page says so, goes on trying, and stops when it is told to.
async function elsewhere(browser) {
  const page = await browser.newPage();
  await page.route('**/socket.io/amqp/**', (route) => route.fulfill({status: 404}));
  await page.goto(`${base}/console.html`);
  await page.selectOption('#transport', 'polling');
  await page.click('#connect');
  await said(page, 'status', 'No bridge answers at /socket.io/amqp (xhr poll error); trying again …');
  await page.click('#disconnect');
  assert.equal(await text(page, 'status'), 'Disconnected.');
  assert.ok(await page.locator('#connect').isEnabled());
  await page.close();
}

// The broker is short of memory when the page comes, and no more once it has made a queue `all-clear': the suite sees to both.
export async function blocked(browser) {
  const page = await connected(browser);
  await said(page, 'blocked', 'The broker is short of memory: what is published waits until that is over.');
  await publish(page, 'amq.topic', 'held', '1');
  await count(page, 'published', 1);
  await page.screenshot({path: path.join(shots, 'console-blocked.png')});
  assert.equal(await text(page, 'published'), '');
  await page.fill('#queue', 'all-clear');
  await page.click('#declare');
  await said(page, 'published', /^Confirmed by the broker after \d+ ms\.$/);
  await page.locator('#blocked').waitFor({state: 'hidden'});
  await finish(page, 'console-unblocked');
}

// The page that README.md shows, letter for letter, from another server.
export async function readme(browser) {
  const text = readFileSync(path.join(process.env.RABBIT_SOCKS_ROOT, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```html\n([^]*?)^```$/gm)].map((match) => match[1]);
  assert.equal(blocks.length, 1);
  assert.ok(blocks[0].trimEnd().split('\n').length <= 20, 'README.md says 20 lines');
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route('http://readme.test/', (route) => route.fulfill({contentType: 'text/html; charset=utf-8', body: blocks[0]}));
  await page.goto('http://readme.test/');
  await page.locator('output', {hasText: /^subscribed$/}).waitFor(kTimeout);
  await page.getByRole('button', {name: 'Publish'}).click();
  await page.locator('output', {hasText: /^confirmed by the broker$/}).waitFor(kTimeout);
  await page.locator('li', {hasText: /^news\.world: It works$/}).waitFor(kTimeout);
  assert.equal(await page.locator('li').count(), 1);
  await page.screenshot({path: path.join(shots, 'readme.png')});
  assert.deepEqual(complaints, []);
  await page.close();
}
