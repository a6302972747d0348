// SPDX-License-Identifier: MPL-2.0
// What the cases of the demo pages share: opening a page, and what is read of it.
import assert from 'node:assert/strict';
import path from 'node:path';

export const [, , , base, shots] = process.argv;

export const kFlags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // A page that the test itself answers for counts as one of a public address, which may not load from this machine.
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
];

// Any error in a page's console, and any request that is not answered well, fails the case.
export async function open(browser, file, options = {}) {
  const page = await browser.newPage({viewport: {width: 1100, height: 900}, ...options});
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('response', (response) => response.status() >= 400 && page.complaints.push(`${response.status()} ${response.url()}`));
  page.on('request', (request) => new URL(request.url()).host !== new URL(base).host && page.complaints.push(`foreign: ${request.url()}`));
  await page.goto(`${base}/${file}`);
  return page;
}

export async function finish(page, shot) {
  await page.screenshot({path: path.join(shots, `${shot}.png`)});
  assert.deepEqual(page.complaints, []);
  await page.close();
}

export const text = (page, id) => page.locator(`#${id}`).innerText();
export const lines = (page, kind) => page.locator(`#transcript li[data-kind="${kind}"] .text`).allInnerTexts();
export const state = (page, wanted) => page.waitForSelector(`#status[data-state="${wanted}"]`, {timeout: 10000});
export const line = (page, kind, words) =>
  page.locator(`#transcript li[data-kind="${kind}"] .text`, {hasText: words}).first().waitFor({timeout: 30000});
