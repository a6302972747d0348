// SPDX-License-Identifier: MPL-2.0
// Holds one scripted conversation (conversations/README.md) with one server and tells, step by step, what came back. Ids of
// sessions are replaced by the names that the script gave them, so that what two servers say can be compared.
import http from 'node:http';
import WebSocket from 'ws';
import {packets, payload} from './payload.mjs';

const kPatience = 3000;
const kHeaders = ['content-type', 'allow', 'location', 'set-cookie'];
const kText = 'text/plain;charset=UTF-8';
const kForm = 'application/x-www-form-urlencoded';
const kCors = /^access-control-/;

const unescaped = (text) => JSON.parse(`"${text.replace(/"/g, '\\"')}"`.replace(/\\x(..)/g, '\\u00$1'));
// JSONP clients escape the escape of a newline.
const form = (text) => `d=${encodeURIComponent(text.replace(/\\n/g, '\\\\n'))}`;
const visible = (text) => JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"');

export class Talk {
  constructor(url, generation) {
    this.url = new URL(url);
    this.generation = generation;
    this.ids = new Map();  // name of a session: its id
    this.places = new Map();  // where its polls go
    this.kept = new Map();    // what came with the answer that opened it
    this.pending = new Map();
    this.sockets = new Map();
  }

  filled(text) {
    return text.replace(/\$(\w+)/g, (whole, name) => this.ids.get(name) ?? this.places.get(name) ?? whole);
  }

  // Ids that this server made up become what every server's are.
  plain(text) {
    for (const [name, id] of this.ids) text = text.replaceAll(id, `$${name}`);
    text = text.replace(/(\\?")(sid|pid)\1:\1(?!\$)[^"\\]*\1/g, '$1$2$1:$1*$1').replace(/[\w-]{20,}(?=:\d+:\d+:)/, '*');
    return text.replace(/^0\{.*\}/, (open) => {
      const {sid, ...rest} = JSON.parse(open.slice(1));
      return `0${JSON.stringify({sid, ...Object.fromEntries(Object.entries(rest).sort())})}`;
    });
  }

  // The number with which the server wants an acknowledgement is its own to choose: $asked from then on.
  numbered(packet) {
    return packet.replace(/^(4?[25]:?)(\d+)(\+::\{"name":"question"|\["question")/, (_, type, number, rest) => {
      this.places.set('asked', number);
      return `${type}$asked${rest}`;
    });
  }

  request(method, path, body, fields = {}) {
    const headers = {...fields, ...(body === undefined ? {} : {'Content-Length': Buffer.byteLength(body)})};
    return new Promise((resolve) => {
      const request = http.request({host: this.url.hostname, port: this.url.port, method, path: this.filled(path), headers, agent: false});
      const timer = setTimeout(() => { request.destroy(); resolve({status: 'no answer', body: Buffer.alloc(0), headers: {}}); }, kPatience);
      const gone = () => { clearTimeout(timer); resolve({status: 'connection lost', body: Buffer.alloc(0), headers: {}}); };
      request.on('error', gone);
      request.on('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', gone);
        response.on('end', () => { clearTimeout(timer); resolve({status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks)}); });
      });
      request.end(body);
    });
  }

  told({status, headers, body}, cors = false) {
    const fields = Object.keys(headers).filter((name) => kHeaders.includes(name) || (cors && kCors.test(name))).sort();
    return [status, ...fields.map((name) => `${name}: ${this.plain(String(headers[name]))}`), visible(this.plain(body.toString()))].join(' | ');
  }

  shown(list) {
    return list.map((packet) => visible(this.plain(this.numbered(packet)))).join('  ');
  }

  async gather(name, count) {
    const got = this.kept.get(name) ?? [];
    this.kept.delete(name);
    for (let i = 0; i < 20 && got.length < count; ++i) {
      const {status, body} = await this.request('GET', this.places.get(name));
      if (status !== 200) return this.shown([...got, `${status} ${body}`]);
      // A noop only ends a poll.
      got.push(...packets(this.generation, body).filter((packet) => packet !== '6' && packet !== '8::'));
    }
    return this.shown(got);
  }

  async open(name, path) {
    const answer = await this.request('GET', path);
    const text = answer.body.toString();
    const id = /\\?"sid\\?":\\?"([^"\\]+)/.exec(text)?.[1] ?? /^([^:"]+):\d+:\d+:/.exec(text)?.[1];
    if (id !== undefined) this.ids.set(name, id);
    this.places.set(name, `${path}${path.includes('?') ? '&' : '?'}sid=${id}`);
    const [first, ...more] = packets(this.generation, answer.body);
    this.kept.set(name, more);
    return `${answer.status} ${this.shown([first])}`;
  }

  connect(name, path, fields) {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://${this.url.host}${this.filled(path)}`, {perMessageDeflate: false, headers: fields});
      const state = {socket, heard: [], waiting: undefined};
      const note = (what) => { state.heard.push(what); state.waiting?.(); };
      this.sockets.set(name, state);
      socket.on('message', (data, binary) => note(binary ? `<${data.toString('hex')}>` : data.toString()));
      socket.on('close', (code, reason) => note(`closed ${code} ${reason}`.trim()));
      socket.on('error', () => resolve('lost'));
      socket.on('open', () => resolve('open'));
      socket.on('unexpected-response', (request, response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('close', () => resolve(`refused ${response.statusCode} ${this.plain(Buffer.concat(chunks).toString())}`));
        response.on('end', () => request.destroy());
      });
    });
  }

  async hear(name, count, patience = kPatience) {
    const state = this.sockets.get(name);
    const end = Date.now() + patience;
    const got = [];
    while (got.length < count) {
      if (state.heard.length > 0) {
        const what = state.heard.shift();
        const id = /^0\{"sid":"([^"]+)"/.exec(what)?.[1];
        if (id !== undefined) this.ids.set(name, id);
        got.push(what);
      } else if (Date.now() >= end) {
        got.push('nothing');
        break;
      } else {
        await new Promise((resolve) => { state.waiting = resolve; setTimeout(resolve, end - Date.now()); });
      }
    }
    return this.shown(got);
  }

  async send(name, body, type) {
    const filled = typeof body === 'string' ? this.filled(body) : body;
    return this.told(await this.request('POST', this.places.get(name), filled, {'Content-Type': type}));
  }

  async step(line) {
    const [verb, name, ...rest] = line.split(' ');
    const text = rest.join(' ');
    const state = this.sockets.get(name);
    switch (verb) {
      case 'open': return this.open(name, text);
      case 'at': this.places.set(name, this.filled(text)); return '';
      case 'gather': return this.gather(name, Number(text));
      case 'poll': return this.told(await this.request('GET', this.places.get(name)));
      case 'poll&': this.pending.set(name, this.request('GET', this.places.get(name))); return new Promise((resolve) => setTimeout(resolve, 50, ''));
      case 'polled': return this.told(await this.pending.get(name));
      case 'post': return this.send(name, unescaped(text), kText);
      case 'say': return this.send(name, payload(this.generation, this.filled(unescaped(text)).split('\x1e')), kText);
      case 'form': return this.send(name, form(unescaped(text)), kForm);
      case 'say_form': return this.send(name, form(payload(this.generation, unescaped(text).split('\x1e'))), kForm);
      case 'bytes': return this.send(name, Buffer.from(text, 'hex'), 'application/octet-stream');
      case 'large': return this.send(name, 'x'.repeat(Number(text)), kText);
      case 'get': case 'put': case 'delete': case 'options': return this.told(await this.request(verb.toUpperCase(), name));
      case 'submit': return this.told(await this.request('POST', name, unescaped(text), {'Content-Type': kText}));
      case 'from': return this.told(await this.request(rest[0].toUpperCase(), rest[1], undefined, {
        Origin: name, ...(rest[0] === 'options' ? {'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type'} : {}),
      }), true);
      case 'socket': return this.connect(name, text);
      case 'tell': state.socket.send(unescaped(text), () => {}); return '';
      case 'tell_bytes': state.socket.send(Buffer.from(text, 'hex'), () => {}); return '';
      case 'hear': return this.hear(name, Number(text || 1));
      case 'quiet': return this.hear(name, 1, 300);
      case 'end': state.socket.close(); return '';
      case 'pause': await new Promise((resolve) => setTimeout(resolve, Number(name))); return '';
      default: throw new Error(`no such step: ${line}`);
    }
  }

  close() {
    for (const {socket} of this.sockets.values()) { socket.on('error', () => {}); socket.terminate(); }
  }
}

// Each step's text with what came back of it.
export async function converse(url, {generation, steps}) {
  const talk = new Talk(url, generation);
  const seen = [];
  for (const step of steps) seen.push(await talk.step(step.line));
  talk.close();
  return seen;
}
