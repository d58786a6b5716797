import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../src/page.js';
import { sample, unfilled } from './sample.js';

const pages = { 'a full page': await page(sample()), 'a page of nothing': await page(unfilled()) };
const full = pages['a full page'];

const void_elements = new Set(['meta', 'br', 'hr', 'img', 'input', 'link']);

/** Start tags with their attributes; throws unless elements are nested as they should be. */
function elements(document) {
    const open = [], found = [];
    const body = document.replace(/^<!DOCTYPE html>/, '').replace(/<style>[^<]*<\/style>/, '');
    for (const [tag, closing, name, attributes, alone] of body.matchAll(/<(\/?)([A-Za-z0-9]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>|</g)) {
        assert.ok(name, `a stray < before ${body.slice(body.indexOf(tag), 60)}`);
        if (closing) assert.equal(open.pop(), name);
        else {
            found.push({ name, parents: [...open], ...Object.fromEntries([...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])) });
            if (!alone && !void_elements.has(name)) open.push(name);
        }
    }
    assert.deepEqual(open, []);
    return found;
}

for (const [what, document] of Object.entries(pages)) {
    test(`${what} holds no script and names no other place`, () => {
        const all = elements(document);
        for (const forbidden of ['script', 'iframe', 'object', 'link', 'img', 'image', 'foreignObject', 'use']) {
            assert.equal(all.filter(element => element.name === forbidden).length, 0, forbidden);
        }
        for (const element of all) {
            for (const [name, value] of Object.entries(element)) {
                assert.ok(!/^on/.test(name), name);
                if (/href|src/.test(name)) assert.match(value, /^#/);
            }
        }
        assert.match(document, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">/);
    });

    test(`${what} has landmarks, and headings in order`, () => {
        const all = elements(document);
        assert.equal(all[0].lang, 'en');
        for (const landmark of ['header', 'nav', 'main', 'footer', 'h1', 'title']) assert.equal(all.filter(element => element.name === landmark).length, 1, landmark);
        let level = 0;
        for (const { name } of all) {
            if (!/^h[1-6]$/.test(name)) continue;
            assert.ok(Number(name[1]) <= level + 1, `${name} after h${level}`);
            level = Number(name[1]);
        }
    });

    test(`${what} has ids of its own, and links and sections that find them`, () => {
        const all = elements(document), ids = all.filter(element => element.id).map(element => element.id);
        assert.equal(new Set(ids).size, ids.length);
        for (const element of all) {
            if (element.href) assert.ok(ids.includes(element.href.slice(1)), element.href);
            const [, reference] = element['clip-path']?.match(/^url\(#(.*)\)$/) ?? [];
            if (reference) assert.ok(ids.includes(reference), reference);
            if (element['aria-labelledby']) assert.ok(ids.includes(element['aria-labelledby']), element['aria-labelledby']);
        }
    });
}

test('tables have captions, and headers have a scope', () => {
    const all = elements(full);
    const tables = all.filter(element => element.name === 'table').length;
    assert.ok(tables >= 7);
    assert.equal(all.filter(element => element.name === 'caption').length, tables);
    for (const header of all.filter(element => element.name === 'th')) assert.match(header.scope, /^(row|col)$/);
});

test('a chart is an image that says what it shows, once for each width', () => {
    assert.match(full, /<text[^<>]*>an id="x"<\/text>/, 'text of the data is left as it is');
    const charts = elements(full).filter(element => element.name === 'svg');
    assert.equal(charts.length, 4);
    for (const chart of charts) {
        assert.equal(chart.role, 'img');
        assert.match(chart['aria-label'], /^&lt;script&gt;/);
        assert.match(chart.viewBox, /^0 0 [\d.]+ [\d.]+$/);
    }
});

test('a chart without data is said to have none, and is not drawn', () => {
    const figure = full.match(/<figure id="chart-empty">[^]*?<\/figure>/)[0];
    assert.ok(!figure.includes('<svg') && !figure.includes('<table'));
});

test('the same content gives the same page', async () => {
    assert.equal(await page(sample()), full);
});

test('a section in which no chart has data is left out', () => {
    assert.ok(full.includes('<h2 id="comments">') && !pages['a page of nothing'].includes('<h2 id="comments">'));
});
