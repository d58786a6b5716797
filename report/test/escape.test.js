import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escape, foreign, html, trusted } from '../src/escape.js';

test('values of a template are text', () => {
    assert.equal(html`<p title="${'" onclick="x'}">${'<script>alert(1)</script> & \'more\''}</p>`.toString(),
        '<p title="&quot; onclick=&quot;x">&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;more&#39;</p>');
});

test('markup made by a template stays markup, in lists too', () => {
    assert.equal(html`<ul>${['<a>', 'b'].map(name => html`<li>${name}</li>`)}</ul>`.toString(), '<ul><li>&lt;a&gt;</li><li>b</li></ul>');
    assert.equal(html`${trusted('<hr>')}`.toString(), '<hr>');
});

test('an object that looks like markup is text', () => {
    assert.equal(html`${{ text: '<b>', toString: () => '<i>' }}`.toString(), '&lt;i&gt;');
});

test('nothing is shown of nothing, but 0 is 0', () => {
    assert.equal(html`[${null}${undefined}${false}${0}]`.toString(), '[0]');
});

test('what is no character is replaced', () => {
    assert.equal(escape('a\u0000b\u001bc\ud800d\udc00e\ud83d\ude00'), 'a\ufffdb\ufffdc\ufffdd\ufffde\ud83d\ude00');
    assert.equal(escape('tab\tand\nline'), 'tab\tand\nline');
});

test('a name is set apart from its surroundings, and not endless', () => {
    assert.equal(foreign('\u202eevil').toString(), '<bdi>\u202eevil</bdi>');
    assert.equal(Array.from(foreign('\u{1f600}'.repeat(1000)).toString().slice(5, -6)).length, 160);
    assert.equal(foreign('x'.repeat(160)).toString(), `<bdi>${'x'.repeat(160)}</bdi>`);
    assert.equal(foreign(null), '');
});
