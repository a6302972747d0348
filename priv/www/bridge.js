// SPDX-License-Identifier: MPL-2.0
// The bridge to RabbitMQ as promises, over the official Socket.IO client: docs/BRIDGE.md in a page of JavaScript. No part of it knows the page.
'use strict';

// What an error's code means to a person; the server's own words follow.
const kMeanings = {
  bad_request: 'Not understood',
  not_logged_in: 'Not logged in',
  access_refused: 'Not allowed',
  not_found: 'Not found',
  locked: 'In use by another connection',
  precondition_failed: 'It does not fit',
  unroutable: 'Not delivered',
  refused: 'Refused by the broker',
  too_many: 'Too many',
  blocked: 'The broker takes nothing at present',
  unavailable: 'Not possible at present',
  timeout: 'No answer in time',
  unknown: 'Nobody knows what became of it',
};

const kTransports = {websocket: 'WebSocket', polling: 'polling'};

class BridgeError extends Error {
  constructor({error, message}) {
    // The broker's own words begin with its name for the code.
    super(`${kMeanings[error] ?? error}: ${message.replace(/^[A-Z_]+ - /, '')}.`);
    this.code = error;
  }
}

class Bridge {
  // `listener` has a function for each event of the bridge that is of interest, and `state(state, words)`, as showStatus takes them.
  constructor(listener, {path = '/socket.io/amqp', transports, auth}) {
    this.listener = listener;
    this.path = path;
    this.who = auth;
    this.waiting = new Set();
    // A connection of its own: another user may come next.
    this.socket = io({path, transports, auth, forceNew: true});
    this.socket.on('connect', () => this.connected());
    this.socket.on('disconnect', (reason) => this.disconnected(reason));
    this.socket.on('connect_error', (error) => this.refused(error));
    for (const event of ['message', 'delivery', 'entry', 'cancelled', 'blocked', 'unblocked', 'expires']) {
      this.socket.on(event, (...args) => listener[event]?.(...args));
    }
  }

  // A command and its answer. What is refused, or lost with the connection, is a rejection.
  async command(name, ...args) {
    if (!this.socket.connected) throw new BridgeError({error: 'unavailable', message: 'there is no connection'});
    const answer = await new Promise((resolve, reject) => {
      this.waiting.add(reject);
      this.socket.emit(name, ...args, (given) => {
        this.waiting.delete(reject);
        resolve(given);
      });
    });
    if (!answer.ok) throw new BridgeError(answer);
    return answer;
  }

  // Other credentials of the same user: from now on, and for connections to come.
  async refresh(credentials) {
    const answer = await this.command('refresh', credentials);
    this.who = {...credentials, vhost: this.who.vhost};
    this.socket.auth = this.who;
    return answer;
  }

  close() {
    this.socket.disconnect();
  }

  connected() {
    const who = this.who.token === undefined ? `as ${this.who.username}` : 'with a token';
    const words = () => `Logged in ${who} to ${this.who.vhost}, over ${kTransports[this.socket.io.engine.transport.name]}.`;
    this.socket.io.engine.on('upgrade', () => this.listener.state('open', words()));
    this.listener.state('open', words());
    this.listener.connected();
  }

  disconnected(reason) {
    if (reason === 'io client disconnect') this.listener.state('idle', 'Disconnected.');
    else if (reason === 'io server disconnect') this.listener.state('error', 'The server has closed the connection: an operator, or the end of the login. It does not come back by itself.');
    else this.listener.state('connecting', `The connection was lost (${reason}); trying again …`);
    for (const reject of this.waiting) reject(new BridgeError({error: 'unknown', message: 'the connection was lost before the answer'}));
    this.waiting.clear();
    this.listener.disconnected(this.socket.active);
  }

  // The server's refusal of a login has a code; what has none is the way to the server, and is tried again.
  refused(error) {
    const code = error.data?.error;
    if (code !== undefined) this.listener.state('error', new BridgeError({error: code, message: error.message}).message);
    else if (this.socket.active) this.listener.state('connecting', `No bridge answers at ${this.path} (${error.message}); trying again …`);
    else this.listener.state('error', `No bridge at ${this.path}: ${error.message}.`);
    if (!this.socket.active) this.listener.disconnected(false);
  }
}
