// SPDX-License-Identifier: MPL-2.0
// browser_client.mjs VERSION TRANSPORT URL [CASE…]: the bundle that a client's package has for browsers, in headless Chromium
// through the scenario, on a page of the server's own origin. Output and status as of node_client.mjs.
import {existsSync, readFileSync} from 'node:fs';
import {chromium} from 'playwright-core';
import {casesOf} from './clients.mjs';
import {relay} from './cutter.mjs';

const kFlags = [
  '--no-sandbox', '--disable-gpu', '--ignore-certificate-errors', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // A page that the test itself answers for counts as one of a public address, which may not connect to this machine.
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
];

const [, , version, transport, target, ...names] = process.argv;
const file = (name) => new URL(name, import.meta.url);
const bundle = ['dist/socket.io.js', 'socket.io.js'].map((name) => file(`node_modules/client-${version}/${name}`)).find(existsSync);
const {url, cut} = await relay(target);

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kFlags});
let failed = 0;
try {
  // The certificate of a test is nobody's.
  const page = await browser.newPage({ignoreHTTPSErrors: true});
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.exposeFunction('cut', cut);
  for (const name of ['scenario.mjs', 'adapters.mjs'])
    await page.route(`${url}/${name}`, (route) => route.fulfill({contentType: 'text/javascript; charset=utf-8', body: readFileSync(file(name), 'utf8')}));
  await page.route(`${url}/page`, (route) => route.fulfill({contentType: 'text/html; charset=utf-8', body: '<!doctype html><meta charset="utf-8"><title>x</title><body></body>'}));
  for (const name of names.length > 0 ? names : casesOf(version)) {
    // Each case has a page of its own: the old clients cannot be told to let go of everything.
    await page.goto(`${url}/page`);
    await page.addScriptTag({content: readFileSync(bundle, 'utf8')});
    complaints.length = 0;
    const error = await page.evaluate(async ({name, version, url, transport}) => {
      const {run} = await import('/scenario.mjs');
      return run(name, {io: window.io, version, url, transport, cut: window.cut, bytes: (list) => new Uint8Array(list).buffer});
    }, {name, version, url, transport}) ?? complaints[0];
    if (error !== undefined) ++failed;
    console.log(JSON.stringify({runtime: 'browser', version, transport, case: name, ok: error === undefined, error}));
  }
} finally {
  await browser.close();
}
process.exit(failed === 0 ? 0 : 1);
