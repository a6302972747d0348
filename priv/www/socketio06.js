// SPDX-License-Identifier: MPL-2.0
// A small client of Socket.IO 0.6's wire protocol: framing, and the transports that a browser of today can still do.
//
//   const client = new SocketIo06('/socket.io/echo', 'xhr-polling');
//   client.onconnect = (sid) => {};  client.onmessage = (value) => {};  client.ondisconnect = (words) => {};
//   client.onwire = (direction, payload) => {};      // 'sent' or 'got', as it travels
//   client.connect();  client.send('text');  client.send({json: true});  client.disconnect();
'use strict';

// Every message of the protocol is ~m~ its length ~m~ its text, and the length counts UTF-16 units as String.length does.
function encodeFrame(value) {
  const text = typeof value === 'string' ? value : '~j~' + JSON.stringify(value);
  return `~m~${text.length}~m~${text}`;
}

function decodeFrames(payload) {
  const messages = [];
  let rest = payload;
  while (rest !== '') {
    const head = /^~m~(\d{1,9})~m~/.exec(rest);
    if (head === null) throw new Error(`not a frame: ${rest.slice(0, 40)}`);
    const end = head[0].length + Number(head[1]);
    if (rest.length < end) throw new Error('a frame is cut short');
    messages.push(rest.slice(head[0].length, end));
    rest = rest.slice(end);
  }
  return messages;
}

// A transport has open(), write(payload) and close(), and calls client.received(payload) and client.lost(words).
class WebSocketTransport {
  constructor(client) { this.client = client; }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
    this.socket = new WebSocket(scheme + location.host + this.client.base + '/websocket');
    this.socket.onmessage = (event) => this.client.received(event.data);
    this.socket.onclose = () => this.client.lost('the connection was closed');
  }

  write(payload) { this.socket.send(payload); }

  close() {
    this.socket.onclose = null;
    this.socket.close();
  }
}

// What the polling transports share: one request up at a time, so that messages keep their order.
class PollingTransport {
  constructor(client) {
    this.client = client;
    this.queue = '';
    this.sending = false;
  }

  open() { this.poll(); }

  write(payload) {
    this.queue += payload;
    if (!this.sending) this.flush();
  }

  flush() {
    if (this.queue === '' || this.client.closed) return;
    const payload = this.queue;
    this.queue = '';
    this.sending = true;
    this.post(payload, (error) => {
      this.sending = false;
      if (error === null) this.flush();
      else this.client.lost(error);
    });
  }
}

class XhrPollingTransport extends PollingTransport {
  // The first poll names no session: an empty part stands in its place.
  async poll() {
    while (!this.client.closed) {
      this.abort = new AbortController();
      try {
        const url = `${this.client.base}/xhr-polling/${this.client.sid}/${Date.now()}`;
        const response = await fetch(url, {signal: this.abort.signal, cache: 'no-store'});
        if (!response.ok) throw new Error(`the poll was answered ${response.status}`);
        this.client.received(await response.text());
      } catch (error) {
        this.client.lost(error.message);
        return;
      }
    }
  }

  async post(payload, done) {
    try {
      const response = await fetch(`${this.client.base}/xhr-polling/${this.client.sid}/send`, {
        method: 'POST',
        headers: {'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8'},
        body: 'data=' + encodeURIComponent(payload),
      });
      done(response.ok ? null : `the message was answered ${response.status}`);
    } catch (error) {
      done(error.message);
    }
  }

  close() { this.abort.abort(); }
}

// Script tags down, a form in a hidden frame up: what worked across origins before CORS did.
class JsonpPollingTransport extends PollingTransport {
  constructor(client) {
    super(client);
    window.io = window.io || {JSONP: []};
    this.index = window.io.JSONP.length;
    window.io.JSONP.push({_: (payload) => this.answered(payload)});
  }

  poll() {
    this.script = document.createElement('script');
    this.script.src = `${this.client.base}/jsonp-polling/${this.client.sid}/${Date.now()}/${this.index}`;
    this.script.onerror = () => this.client.lost('the poll was refused');
    document.head.append(this.script);
  }

  answered(payload) {
    this.script.remove();
    if (this.client.closed) return;
    this.client.received(payload);
    if (!this.client.closed) this.poll();
  }

  post(payload, done) {
    const frame = document.createElement('iframe');
    frame.name = `socketio-${this.index}-${Date.now()}`;
    frame.hidden = true;
    const form = document.createElement('form');
    form.method = 'POST';
    form.action = `${this.client.base}/jsonp-polling/${this.client.sid}/${Date.now()}/${this.index}`;
    form.target = frame.name;
    form.acceptCharset = 'utf-8';
    form.hidden = true;
    const data = document.createElement('textarea');
    data.name = 'data';
    data.value = payload;
    form.append(data);
    document.body.append(frame, form);
    frame.onload = () => {
      // A frame that is new reports about:blank first.
      if (frame.contentDocument !== null && frame.contentDocument.URL === 'about:blank') return;
      frame.remove();
      form.remove();
      done(null);
    };
    form.submit();
  }

  close() {
    this.script.onerror = null;
    this.script.remove();
  }
}

const kTransports = {'websocket': WebSocketTransport, 'xhr-polling': XhrPollingTransport, 'jsonp-polling': JsonpPollingTransport};

class SocketIo06 {
  constructor(base, transport) {
    this.base = base;
    this.sid = '';
    this.closed = false;
    this.transport = new kTransports[transport](this);
    this.onconnect = this.onmessage = this.ondisconnect = this.onwire = () => {};
  }

  connect() { this.transport.open(); }

  send(value) { this.write(encodeFrame(value)); }

  disconnect() { this.end('you disconnected'); }

  write(payload) {
    this.onwire('sent', payload);
    this.transport.write(payload);
  }

  received(payload) {
    if (this.closed) return;
    if (payload !== '') this.onwire('got', payload);
    let messages;
    try {
      messages = decodeFrames(payload);
    } catch (error) {
      this.lost(error.message);
      return;
    }
    messages.forEach((text) => this.understand(text));
  }

  // The first message of a session is its id and nothing else; a heartbeat is answered with itself.
  understand(text) {
    if (this.sid === '') {
      this.sid = text;
      this.onconnect(text);
    } else if (text.startsWith('~h~')) {
      this.write(encodeFrame(text));
    } else if (text.startsWith('~j~')) {
      this.onmessage(JSON.parse(text.slice(3)));
    } else {
      this.onmessage(text);
    }
  }

  lost(words) { this.end(words); }

  end(words) {
    if (this.closed) return;
    this.closed = true;
    this.transport.close();
    this.ondisconnect(words);
  }
}
