import assert from 'node:assert/strict';
import { test } from 'node:test';
import { style } from '../src/style.js';

const [light, dark] = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) =>
    Object.fromEntries([...block.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour])));

/** Relative luminance and contrast, as WCAG 2.1 defines them. */
function luminance(colour) {
    const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
}

test('contrast is that of the definition', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
});

for (const [scheme, colours] of Object.entries({ light, dark })) {
    test(`text is readable on a ${scheme} page`, () => {
        for (const ground of ['paper', 'raised']) {
            for (const text of ['ink', 'quiet', 'urgent', 'warning', 'notice']) {
                assert.ok(contrast(colours[text], colours[ground]) >= 4.5, `${text} on ${ground}: ${contrast(colours[text], colours[ground])}`);
            }
        }
    });
}
