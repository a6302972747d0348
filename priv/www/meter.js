// SPDX-License-Identifier: MPL-2.0
// Counters with their rates, one tile each.
'use strict';

class Meters {
  // `list` is a <dl>; `kinds` maps a name to its label.
  constructor(list, kinds) {
    this.counts = new Map();
    this.seen = performance.now();
    for (const [name, label] of Object.entries(kinds)) {
      const tile = document.createElement('div');
      const [total, rate] = [document.createElement('dd'), document.createElement('dd')];
      const term = document.createElement('dt');
      term.textContent = label;
      total.id = `count-${name}`;
      tile.append(term, total, rate);
      list.append(tile);
      this.counts.set(name, {tile, total, rate, value: 0, before: 0});
    }
    this.show();
    setInterval(() => this.show(), 1000);
  }

  add(name, number = 1) {
    this.counts.get(name).value += number;
  }

  show() {
    const now = performance.now();
    const seconds = Math.max((now - this.seen) / 1000, 0.001);
    for (const [name, count] of this.counts) {
      count.total.textContent = count.value.toLocaleString('en');
      count.rate.textContent = `${Math.round((count.value - count.before) / seconds).toLocaleString('en')}/s`;
      if (name === 'failed') count.tile.dataset.kind = count.value > 0 ? 'bad' : 'good';
      count.before = count.value;
    }
    this.seen = now;
  }
}
