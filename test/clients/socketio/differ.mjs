// SPDX-License-Identifier: MPL-2.0
// differ.mjs FILE [URL]: holds the conversations of FILE with npm's server that it names, and with the server at URL. One
// line of JSON a conversation and one a difference; without URL what the reference says. Ends with 0 when every difference
// is explained.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {converse} from './converse.mjs';
import {start} from './reference_server.mjs';

function read(file) {
  const script = {talks: []};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [word, ...rest] = line.split(' ');
    if (line === '' || word === '#') continue;
    if (word === 'reference') script.reference = rest[0];
    else if (word === 'generation') script.generation = Number(rest[0]);
    else if (word === '==') script.talks.push({name: rest.join(' '), generation: script.generation, steps: []});
    else if (word === '~') script.talks.at(-1).steps.at(-1).why = rest.join(' ');
    else script.talks.at(-1).steps.push({line});
  }
  return script;
}

const [, , file, url] = process.argv;
const script = read(file);
const reference = await start(script.reference);
let failed = 0;
for (const talk of script.talks) {
  const theirs = await converse(reference, talk);
  if (url === undefined) {
    console.log(`== ${talk.name}`);
    talk.steps.forEach(({line}, i) => console.log(`${line}\n    ${theirs[i]}`));
    continue;
  }
  const ours = await converse(url, talk);
  let wrong = 0;
  talk.steps.forEach(({line, why}, i) => {
    const differs = theirs[i] !== ours[i];
    if (differs === (why === undefined)) ++wrong;
    if (differs || why !== undefined)
      console.log(JSON.stringify({file: path.basename(file), reference: script.reference, talk: talk.name, step: line, theirs: theirs[i], ours: ours[i], why: why ?? null}));
  });
  if (wrong > 0) ++failed;
  console.log(JSON.stringify({file: path.basename(file), reference: script.reference, talk: talk.name, steps: talk.steps.length, ok: wrong === 0}));
}
process.exit(failed === 0 ? 0 : 1);
