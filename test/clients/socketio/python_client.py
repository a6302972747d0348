# SPDX-License-Identifier: MPL-2.0
"""python_client.py VERSION TRANSPORT URL CASE...: Debian's python3-socketio through the scenario of scenario.mjs, as far as it has what
is asked there. Output and status as of node_client.mjs."""
import importlib.metadata
import json
import os
import queue
import socket
import sys
import threading
import time

import engineio.payload
import socketio

# A client gives up at seventeen packets in one answer unless it is told otherwise, whatever the server.
engineio.payload.Payload.max_decode_packets = 2000

PATIENCE = 30
TRANSPORTS = {'websocket': ['websocket'], 'polling': ['polling'], 'upgrade': ['polling', 'websocket']}
JSON = [None, True, False, 0, -1, 1.5, -2.5e-7, 1e21, 9007199254740991, -9007199254740991, 5e-324, 1.7976931348623157e308,
        '', 'text', [], {}, [[], [[]], {}], {'a': {'b': {'c': [1, 'x', None, {'d': False}]}}, '': 0, 'ü€\U0001F600': 'key'}]
TEXTS = ['grüße', '€ und 漢字', '\U0001F600\U0001F408\U0010FFFF', 'a\0b', '\x01\x1e\x1f\x7f', 'tab\t line\n return\r\n end\n',
         '\\ \\n "quoted" \'', '\u2028\u2029 </script>', '42["echo"]', '+ & = %25 %zz', 'b4AQID', ' ', '2probe']


class Relay:
    """A plain TCP relay in front of the server, whose connections can be cut."""

    def __init__(self, url):
        host, port = url.rsplit('/', 1)[-1].split(':')
        self.target = (host, int(port))
        self.open = []
        self.down = False
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            if self.down:
                near.close()
                continue
            far = socket.create_connection(self.target)
            self.open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(one, other), daemon=True).start()

    @staticmethod
    def copy(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        finally:
            Relay.end(other)

    @staticmethod
    def end(one):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def cut(self):
        self.down = True
        for one in self.open:
            self.end(one)
        time.sleep(0.2)
        self.down = False


class Client:
    """One connection, and what came on it: a queue for each event name of each namespace."""

    def __init__(self, relay, transport, namespaces=('/',), query='', auth=None, reconnect=False, wait=True):
        self.sio = socketio.Client(reconnection=reconnect, reconnection_delay=0.05, randomization_factor=0)
        self.queues = {}
        for namespace in namespaces:
            for name in ('echo', 'answer', 'number', 'said', 'connect', 'disconnect', 'connect_error'):
                self.sio.on(name, lambda *args, key=(namespace, name): self.queue(*key).put(list(args)), namespace=namespace)
            # What a handler returns is the acknowledgement: several values as a tuple.
            self.sio.on('question', lambda *args: args, namespace=namespace)
        self.sio.connect(relay.url + query, transports=TRANSPORTS[transport], namespaces=list(namespaces), auth=auth, wait=wait, wait_timeout=10)

    def queue(self, namespace, name):
        return self.queues.setdefault((namespace, name), queue.Queue())

    def next(self, name, namespace='/'):
        return self.queue(namespace, name).get(timeout=PATIENCE)

    def emit(self, name, *args, namespace='/'):
        self.sio.emit(name, args, namespace=namespace)

    def echo(self, *args, namespace='/'):
        self.emit('echo', *args, namespace=namespace)
        return self.next('echo', namespace)

    def ask(self, name, *args, namespace='/'):
        answers = queue.Queue()
        self.sio.emit(name, args, namespace=namespace, callback=lambda *got: answers.put(list(got)))
        return answers.get(timeout=PATIENCE)


def same(got, wanted, what):
    if got != wanted:
        raise AssertionError('%s: got %.300r instead of %.300r' % (what, got, wanted))


class Cases:
    def __init__(self, relay, transport):
        self.relay, self.transport = relay, transport
        self.clients = []

    def open(self, **options):
        self.clients.append(Client(self.relay, self.transport, **options))
        return self.clients[-1]

    def gone(self, which):
        witness = self.open()
        end = time.monotonic() + PATIENCE
        while witness.ask('gone', which) != [True]:
            if time.monotonic() > end:
                raise AssertionError('the server has not noticed')
            time.sleep(0.05)

    def connect(self):
        one = self.open()
        same(one.echo('hello'), ['hello'], 'echo')
        same(one.sio.transport(), 'polling' if self.transport == 'polling' else 'websocket', 'transport')

    def json(self):
        one = self.open()
        for value in JSON:
            same(one.echo(value), [value], 'one value')
        same(one.echo(*JSON), JSON, 'all values at once')
        same(one.echo(), [], 'no value')

    def text(self):
        one = self.open()
        for value in TEXTS:
            same(one.echo(value), [value], 'one text')

    def large(self):
        one = self.open()
        for value in ('x' * 300000, '\U0001F600ü' * 20000):
            same(one.echo(value), [value], 'large text')

    def ack_up(self):
        one = self.open()
        same(one.ask('ack', *JSON), JSON, 'acknowledged')
        same(one.ask('ack'), [], 'acknowledged with nothing')

    def ack_down(self):
        one = self.open()
        for value in JSON:
            one.emit('ask', value)
            same(one.next('answer'), [value], 'answer')

    def binary(self):
        one = self.open()
        small, large = bytes([0, 1, 2, 4, 0x1e, 0x80, 0xff]), bytes(i * 7 & 255 for i in range(50000))
        same(one.echo(small), [small], 'alone')
        same(one.echo(b''), [b''], 'no bytes')
        many = ['ü', {'deep': [small, {'er': small}]}, large, None]
        same(one.echo(*many), many, 'within others')
        same(one.ask('ack', small, 'text', large), [small, 'text', large], 'acknowledged')
        one.emit('ask', {'photo': small})
        same(one.next('answer'), [{'photo': small}], 'asked')

    def query(self):
        one = self.open(query='?token=a%20b%C3%BC')
        same(one.ask('who')[0]['token'], 'a bü', 'token')

    def namespace(self):
        one = self.open(namespaces=('/', '/chat'))
        here, there = one.ask('who')[0], one.ask('who', namespace='/chat')[0]
        same([here['namespace'], there['namespace']], ['/', '/chat'], 'namespaces')
        same(here['id'] != there['id'], True, 'each namespace is a session')
        same([one.echo('a'), one.echo('b', namespace='/chat')], [['a'], ['b']], 'echoes')

    def auth(self):
        auth = {'token': 'öpen', 'deep': [1, None]}
        one = self.open(namespaces=('/', '/private'), auth=auth)
        same(one.ask('who')[0]['auth'], auth, 'auth of /')
        same(one.ask('who', namespace='/private')[0]['auth'], auth, 'auth of /private')

    def refused(self):
        one = self.open(namespaces=('/', '/private'), wait=False)
        same(one.next('connect_error', '/private'), [{'message': 'Not authorized', 'data': {'code': 7}}], 'refusal')
        one.next('connect')
        same(one.echo('still here'), ['still here'], 'echo')

    def thousand_up(self):
        one = self.open()
        for i in range(1, 1001):
            one.emit('count', i, 'ü')
        same(one.ask('counted'), [1000, True], 'counted')

    def thousand_down(self):
        one = self.open()
        one.emit('numbers', 1000)
        same([one.next('number')[0] for _ in range(1000)], list(range(1, 1001)), 'numbers')

    def room(self):
        one, two = self.open(), self.open()
        one.ask('join', 'python room')
        two.ask('join', 'python room')
        one.ask('say', 'python room', 'to all', False)
        one.ask('say', 'python room', 'to the others', True)
        same([one.next('said'), two.next('said'), two.next('said')], [['to all'], ['to all'], ['to the others']], 'said')

    def reconnect(self):
        one = self.open(reconnect=True)
        one.next('connect')
        same(one.echo('before'), ['before'], 'echo')
        self.relay.cut()
        one.next('connect')
        same(one.echo('after'), ['after'], 'echo')

    def server_disconnect(self):
        one = self.open()
        which = one.ask('who')[0]['id']
        one.emit('leave', True)
        one.next('disconnect')
        self.gone(which)

    def client_disconnect(self):
        one = self.open()
        which = one.ask('who')[0]['id']
        one.sio.disconnect()
        self.gone(which)

    def namespace_disconnect(self):
        one = self.open(namespaces=('/', '/chat'))
        which = one.ask('who', namespace='/chat')[0]['id']
        one.emit('leave', False, namespace='/chat')
        one.next('disconnect', '/chat')
        self.gone(which)
        same(one.echo('still here'), ['still here'], 'echo')


def main():
    version, transport, url, *names = sys.argv[1:]
    installed = importlib.metadata.version('python-socketio')
    relay = Relay(url)
    failed = 0
    for name in names:
        cases = Cases(relay, transport)
        error = None
        try:
            same(installed, version, 'the version that is installed')
            getattr(cases, name)()
        except Exception as problem:  # whatever it is, it is this case's result
            error = '%s: %s' % (type(problem).__name__, problem)
            failed += 1
        for client in cases.clients:
            client.sio.disconnect()
        result = {'runtime': 'python', 'version': version, 'transport': transport, 'case': name, 'ok': error is None}
        print(json.dumps(result | ({'error': error} if error else {}), separators=(',', ':')), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    # The client's threads do not end by themselves.
    status = main()
    sys.stdout.flush()
    os._exit(status)
