// SPDX-License-Identifier: MPL-2.0
// Counters with their rates, one tile each.
'use strict';

class Meters {
  // `list` is a <dl>; `kinds` maps a name to its label.
  constructor(list, kinds) {
    this.counts = new Map();
    this.frame = undefined;
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
    this.showTotals();
    this.showRates();
    setInterval(() => this.showRates(), 1000);
  }

  add(name, number = 1) {
    this.counts.get(name).value += number;
    this.frame ??= requestAnimationFrame(() => this.showTotals());
  }

  // Once a frame at most, however much comes.
  showTotals() {
    this.frame = undefined;
    for (const [name, {tile, total, value}] of this.counts) {
      total.textContent = value.toLocaleString('en');
      if (name === 'failed') tile.dataset.kind = value > 0 ? 'bad' : 'good';
    }
  }

  // Once a second.
  showRates() {
    const now = performance.now();
    const seconds = Math.max((now - this.seen) / 1000, 0.001);
    for (const count of this.counts.values()) {
      count.rate.textContent = `${Math.round((count.value - count.before) / seconds).toLocaleString('en')}/s`;
      count.before = count.value;
    }
    this.seen = now;
  }
}
