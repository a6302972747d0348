// SPDX-License-Identifier: MPL-2.0
// deflate.mjs URL WEBSOCKET EXTENSIONS: headless Chromium, which always offers permessage-deflate, on a page of URL. Its
// WebSocket must have agreed on EXTENSIONS and have its echo, text and binary, of every size. Ends with 0 when it had.
import assert from 'node:assert/strict';
import {chromium} from 'playwright-core';

const [, , url, websocket, extensions] = process.argv;

// Runs in the page.
async function converse(address) {
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const waiting = [], came = [];
  const next = () => came.length > 0 ? came.shift() : new Promise((resolve) => waiting.push(resolve));
  const ended = new Promise((resolve) => { socket.onclose = (event) => resolve([event.code, event.wasClean]); });
  socket.onmessage = ({data}) => waiting.length > 0 ? waiting.shift()(data) : came.push(data);
  const opened = await Promise.race([ended, new Promise((resolve) => { socket.onopen = () => resolve('open'); })]);
  if (opened !== 'open') return {failed: `closed with ${opened[0]}`};
  const json = JSON.stringify(Array.from({length: 3000}, (_, n) => ({n, name: `käfer ${n % 31} \u{1F600}`, square: n * n})));
  const noise = crypto.getRandomValues(new Uint8Array(60000));
  const messages = ['hello', 'hello', '', 'x'.repeat(126), 'y'.repeat(65536), json, json, noise, noise, new Uint8Array(70000),
                    ...Array.from({length: 300}, (_, n) => `{"message":${n},"of":"three hundred"}`)];
  for (const message of messages) socket.send(message);
  for (const [at, message] of messages.entries()) {
    const echo = await Promise.race([next(), ended]);
    const same = typeof message === 'string' ? echo === message
      : echo instanceof ArrayBuffer && echo.byteLength === message.length && new Uint8Array(echo).every((byte, n) => byte === message[n]);
    if (!same) return {failed: `message ${at} came back as something else: ${echo}`};
  }
  socket.close(1000);
  return {extensions: socket.extensions, ended: await ended};
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  await page.goto(url);
  assert.deepEqual(await page.evaluate(converse, websocket), {extensions, ended: [1000, true]});
  console.log('ok');
} finally {
  await browser.close();
}
