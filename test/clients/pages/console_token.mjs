// SPDX-License-Identifier: MPL-2.0
// The console with tokens of OAuth 2: the arguments after those of pages.mjs are one that ends soon, one of the same user that does
// not, and another user's.
import assert from 'node:assert/strict';
import path from 'node:path';
import {finish, line, lines, open, shots, state, text} from './page.mjs';

const [, , , , , soon, later, others] = process.argv;
const told = (page, words) => page.locator('#renewed', {hasText: words}).waitFor({timeout: 20000});
const put = async (page, token) => {
  await page.fill('#token', token);
  await page.press('#token', 'Enter');
};

export async function token(browser) {
  const page = await open(browser, 'console.html');
  await page.fill('#password', 'of nobody');  // where there is a token it is not asked for
  await page.fill('#token', soon);
  await page.click('#connect');
  await state(page, 'open');
  assert.equal(await text(page, 'status'), 'Logged in with a token to /, over WebSocket.');
  await line(page, 'error', /^The login ends in \d+ s: put a new token into its field\.$/);
  await page.click('#subscribe');
  await page.locator('#subscribed', {hasText: 'what is published from now on'}).waitFor({timeout: 20000});

  await put(page, 'a.b.c');
  await told(page, 'Not allowed: the credentials are not accepted.');
  await put(page, others);
  await told(page, "Not allowed: the credentials are another user's.");
  await put(page, later);
  await told(page, /^The token is taken: the login of ada ends at .*\d\d:\d\d/);
  await page.screenshot({path: path.join(shots, 'console-token.png'), fullPage: true});
  await page.click('#publish');
  await line(page, 'got', 'news.world: {"headline":"It works"}');

  // The next connection begins with the token that is in force: it does not end soon.
  await page.evaluate(() => bridge.socket.io.engine.close());
  await line(page, 'note', 'amq.topic: news.#, again');
  await state(page, 'open');
  await page.click('#publish');
  await page.locator('#count-confirmed', {hasText: /^2$/}).waitFor({timeout: 20000});
  assert.equal((await lines(page, 'error')).filter((words) => words.startsWith('The login ends')).length, 1);

  // Without a token it is the password that counts again.
  await page.click('#disconnect');
  await state(page, 'idle');
  await page.fill('#token', '');
  await page.fill('#password', 'guest');
  await page.click('#connect');
  await state(page, 'open');
  assert.equal(await text(page, 'status'), 'Logged in as guest to /, over WebSocket.');
  assert.equal(await text(page, 'renewed'), '');
  await finish(page, 'console-token-closed');
}
