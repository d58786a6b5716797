import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, svg } from '../src/chart.js';
import { sample } from './sample.js';

const { spec } = sample().charts[0];

test('ink is the page\'s, but text of the data is left alone', async () => {
    const drawn = await svg(spec, 400);
    assert.match(drawn, /currentColor/);
    assert.ok(!drawn.includes('fill="#1f2328"'));
    assert.match(drawn, />#1f2328</);
});

test('the width is the one that was asked for', async () => {
    for (const width of [340, 720]) assert.match(await svg(spec, width), new RegExp(`viewBox="0 0 ${width} `));
});

test('bars are drawn, and their names escaped', async () => {
    const drawn = await svg(spec, 720);
    assert.equal(drawn.match(/aria-roledescription="bar"|<path d="M[^"]*h[^"]*v/g)?.length >= 2, true);
    assert.ok(!drawn.includes('<script'));
});

test('what Vega finds odd is told', async () => {
    const told = [];
    await svg({ ...spec, encoding: { ...spec.encoding, shape: { field: 'name', type: 'quantitative' } } }, 720, word => told.push(word));
    assert.notEqual(told.length, 0);
});

test('a chart loads nothing', async () => {
    for (const url of ['file:///etc/passwd', 'http://localhost/x.json', 'package.json']) {
        const told = [];
        const drawn = await svg({ ...spec, data: { url } }, 720, word => told.push(word)).catch(error => error.message);
        assert.ok(!/root:|pg-crm-report/.test(drawn));
        assert.match(told.join() + drawn, /must not load/);
    }
    const image = await svg({ ...spec, mark: { type: 'image', width: 9, height: 9 }, encoding: { url: { value: 'http://localhost/x.png' } } }, 720).catch(error => error.message);
    assert.ok(!image.includes('href="http'));
});

test('the data are a table', async () => {
    const markup = (await figure(sample().charts[0])).toString();
    assert.match(markup, /<td role="cell" data-title="value" class="number">2\.5<\/td>/);
});

test('an endless name leaves room for the bars', async () => {
    const plot = (await svg(spec, 340)).match(/class="background"[^>]*d="M0\.5,0\.5h([\d.]+)v/);
    assert.ok(Number(plot[1]) > 100, plot[1]);
});
