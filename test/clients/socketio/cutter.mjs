// SPDX-License-Identifier: MPL-2.0
// A plain TCP relay in front of the server, whose connections can be cut while client and server know of nothing.
import net from 'node:net';

export async function relay(url) {
  const target = new URL(url);
  const {port, hostname} = target;
  const sockets = new Set();
  let down = false;
  const server = net.createServer((near) => {
    if (down) return near.destroy();
    const far = net.connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on('error', () => {});
      one.on('close', () => { sockets.delete(one); other.destroySoon(); });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.port = server.address().port;
  return {
    url: target.origin,
    // What is just being connected is cut too, and nobody connects before the clients have `noticed`.
    cut: async (noticed) => {
      down = true;
      for (const socket of sockets) socket.destroy();
      await Promise.all([noticed, new Promise((resolve) => setTimeout(resolve, 200))]);
      down = false;
    },
    close: () => { server.close(); for (const socket of sockets) socket.destroy(); },
  };
}
