import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as figures from '../src/figures.js';

test('counts', () => {
    assert.equal(figures.count(1234567), '1,234,567');
    assert.equal(figures.count('1234567'), '1,234,567');
    assert.equal(figures.count(-1234), '\u22121,234');
    assert.equal(figures.count(-0.2), '0');
    assert.equal(figures.count(null), '\u2013');
});

test('amounts', () => {
    assert.equal(figures.amount(1234567.89), '1,234,568');
    assert.equal(figures.amount(12.3), '12.30');
    assert.equal(figures.amount(999.999), '1,000');
    assert.equal(figures.amount(-0.001), '0.00');
    assert.equal(figures.amount('NaN'), 'NaN');
});

test('shares', () => {
    assert.equal(figures.share(0.813), '81\u00a0%');
    assert.equal(figures.share(0.0412), '4.1\u00a0%');
    assert.equal(figures.share(-0.0001), '0.0\u00a0%');
    assert.equal(figures.share(1), '100\u00a0%');
});

test('changes', () => {
    assert.equal(figures.change(110, 100), '+10\u00a0%');
    assert.equal(figures.change(97, 100), '\u22123.0\u00a0%');
    assert.equal(figures.change(-50, -100), '+50\u00a0%');
    assert.equal(figures.change(100, 100), '\u00b10.0\u00a0%');
    assert.equal(figures.change(100, 0), '');
    assert.equal(figures.change(null, 100), '');
});

test('anything', () => {
    assert.equal(figures.plain(0.30000000000000004), '0.3');
    assert.equal(figures.plain(true), 'yes');
    assert.equal(figures.plain('2026-06-30'), '2026-06-30');
    assert.equal(figures.plain(null), '\u2013');
});

test('durations', () => {
    assert.equal(figures.duration(67), '1\u00a0min 7\u00a0s');
    assert.equal(figures.duration(119.7), '2\u00a0min 0\u00a0s');
    assert.equal(figures.duration(2.5), '2.5\u00a0s');
    assert.equal(figures.duration(null), '\u2013');
});
