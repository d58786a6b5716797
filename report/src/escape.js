// HTML in which every value is escaped unless it was made here itself.

class Html {
    constructor(text) { this.text = text; }
    toString() { return this.text; }
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

// Control characters have no place in a page, and half a surrogate pair is no character.
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function escape(value) {
    return String(value).replace(unprintable, '\ufffd').replace(/[&<>"']/g, found => entities[found]);
}

function content(value) {
    if (value === null || value === undefined || value === false) return '';
    if (value instanceof Html) return value.text;
    if (Array.isArray(value)) return value.map(content).join('');
    return escape(value);
}

/** A template: html`<p>${anything}</p>`. Attributes have to be written within double quotes. */
export function html(parts, ...values) {
    return new Html(parts.reduce((text, part, i) => text + content(values[i - 1]) + part));
}

/** Markup of a renderer that escapes for itself. */
export function trusted(markup) { return new Html(markup); }

/** Text of a customer: it may run from right to left, and must not turn what stands next to it. */
export function foreign(text) {
    return text === null || text === undefined ? '' : html`<bdi>${clipped(String(text))}</bdi>`;
}

const longest = 160;  // characters

function clipped(text) {
    const characters = Array.from(text);
    return characters.length <= longest ? text : characters.slice(0, longest - 1).join('') + '\u2026';
}
