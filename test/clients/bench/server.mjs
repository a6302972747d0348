// SPDX-License-Identifier: MPL-2.0
// npm's own socket.io server, doing what bench_callback.erl does behind the edge and, with AMQP_URL, what the bridge does for who
// subscribes to one routing key: one queue, one room. Prints its port; answers each line of
// its input with the memory it holds after a collection; serves until its input ends. Run with --expose-gc.
import http from 'node:http';
import readline from 'node:readline';
import {createRequire} from 'node:module';
import {Server} from 'socket.io';
import amqplib from 'amqplib';

// ws uses it only if it is there, and says nothing if it is not.
createRequire(import.meta.url)('bufferutil');

// As the listener of rabbit_socks in the benchmark: no ping falls into a round.
const kPingInterval = 300_000;

const server = http.createServer();
const io = new Server(server, {perMessageDeflate: false, httpCompression: false, pingInterval: kPingInterval, serveClient: false});
// What socket.io's documentation advises: the request of the handshake is not kept for the life of a connection.
io.engine.on('connection', (socket) => { socket.request = null; });
io.on('connection', (socket) => {
  socket.on('echo', (value) => socket.emit('echo', value));
  socket.on('join', () => { socket.join('bench'); socket.emit('joined'); });
  socket.on('cast', (value) => io.to('bench').emit('said', value));
});

if (process.env.AMQP_URL) {
  const channel = await (await amqplib.connect(process.env.AMQP_URL)).createChannel();
  const {queue} = await channel.assertQueue('', {exclusive: true});
  await channel.bindQueue(queue, 'amq.topic', 'bench.fanout');
  await channel.consume(queue, ({content, fields: {exchange, routingKey}}) =>
    io.to(queue).emit('message', queue, content.toString(), {exchange, routingKey}), {noAck: true});
  io.on('connection', (socket) => {
    socket.on('subscribe', (exchange, key, done) => { socket.join(queue); done({ok: true, subscription: queue}); });
    socket.on('publish', (exchange, key, body) => channel.publish(exchange, key, Buffer.from(body), {contentType: 'text/plain'}));
  });
}

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
readline.createInterface({input: process.stdin})
  .on('line', () => {
    global.gc();
    global.gc();
    const {heapUsed, external, rss} = process.memoryUsage();
    console.log(`heap ${heapUsed + external} resident ${rss}`);
  })
  .on('close', () => process.exit());
