// SPDX-License-Identifier: MPL-2.0
// node_client.mjs VERSION TRANSPORT URL [CASE…]: one published client in Node through the scenario. One line of JSON a case;
// ends with 0 when every case went as it should. NODE_EXTRA_CA_CERTS names the certificate of a test's own server.
import {createRequire} from 'node:module';
import {casesOf} from './clients.mjs';
import {relay} from './cutter.mjs';
import {run} from './scenario.mjs';

const [, , version, transport, target, ...names] = process.argv;
const io = createRequire(import.meta.url)(`client-${version}`);
const {url, cut} = await relay(target);

let failed = 0;
for (const name of names.length > 0 ? names : casesOf(version)) {
  const error = await run(name, {io, version, url, transport, cut, bytes: (list) => Buffer.from(list)});
  if (error !== undefined) ++failed;
  console.log(JSON.stringify({runtime: 'node', version, transport, case: name, ok: error === undefined, error}));
}
// The old clients keep timers of their own.
process.exit(failed === 0 ? 0 : 1);
