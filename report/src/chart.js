// A Vega-Lite specification as a figure: SVG drawn here, so that the page needs no script, and the data as a table.
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { html, trusted } from './escape.js';
import { dataTable } from './table.js';

// Widths in pixels; the page shows the one that fits.
const widths = { wide: 720, narrow: 340 };

// The data are in the specification. Whatever else it names is not fetched.
const nothing = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
async function refuse(uri) { throw new Error(`a chart must not load ${uri}`); }

// Without a screen Vega takes every character for 0.8 of the font's height, which wastes a third of a narrow chart.
const narrowest = new Set(" .,:;'|!iIjl()[]"), widest = new Set('mwMW%@');
vega.textMetrics.width = (item, text) => {
    const line = Array.isArray(text) ? text.reduce((a, b) => String(a).length >= String(b).length ? a : b, '') : text ?? '';
    let width = 0;
    for (const character of String(line)) {
        width += narrowest.has(character) ? 0.3 : widest.has(character) ? 0.88 : character > '\u2e7f' ? 1 : 0.56;
    }
    width *= vega.textMetrics.height(item);
    return item.limit > 0 ? Math.min(width, item.limit) : width;
};

// Ink is the page's own, whatever the colour scheme; only the theme is changed, so no text of the data can be mistaken for it.
function inPageColours(config) {
    const ink = config.axis.labelColor;
    const inked = value => value === ink ? 'currentColor'
        : Array.isArray(value) ? value.map(inked)
        : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inked(inner)]))
        : value;
    return { ...inked(config), background: null, aria: false };
}

/** SVG text of a specification; `warn` is told what Vega finds odd. */
export async function svg(spec, width = spec.width, warn = () => {}) {
    const logger = { level: () => logger, warn: (...words) => { warn(words.join(' ')); return logger; }, info: () => logger, debug: () => logger, error: (...words) => { throw new Error(words.join(' ')); } };
    const { title, description, ...drawn } = spec;
    const compiled = compile({ ...drawn, width, config: inPageColours(spec.config) }, { logger }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', loader: nothing, logger });
    try {
        return await view.toSVG();
    } finally {
        view.finalize();
    }
}

// Several drawings are on one page: what they refer to by id has to be their own. Vega counts ids through all of them, in the order
// in which they happen to be done.
function labelled(drawing, id, description) {
    const ids = [...drawing.matchAll(/<[^<>]* id="([^"]*)"/g)].map(([, own]) => own);
    const renamed = own => `${id}-${ids.indexOf(own)}`;
    const inTag = tag => tag.replace(/ id="([^"]*)"/, (all, own) => ` id="${renamed(own)}"`).replace(/"url\(#([^")]*)\)"/, (all, own) => `"url(#${renamed(own)})"`);
    return drawing.replace(/<[^<>]*>/g, inTag)
        .replace(/^<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]*)"[^>]*>/,
            (all, width, height, box) => html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" style="max-width:${width}px" role="img" aria-label="${description}">`.text);
}

/** A figure with heading. */
export async function figure({ chart, meaning, spec }) {
    const rows = spec.data.values;
    const drawings = rows.length === 0 ? [] : await Promise.all(Object.entries(widths).map(async ([size, width]) =>
        html`<div class="${size}">${trusted(labelled(await svg(spec, width, words => console.error(`chart ${chart}: ${words}`)), `${chart}-${size}`, spec.description))}</div>\n`));
    const data = rows.length > 0 && html`<details><summary>Data<span class="hidden"> of: ${spec.title.text}</span></summary>${dataTable(`Data of: ${spec.title.text}`, rows)}</details>`;
    return html`<figure id="chart-${chart}">
<h3>${spec.title.text}</h3>
<p class="finding">${spec.title.subtitle}</p>
${drawings}<figcaption>${meaning}</figcaption>
${data}
</figure>`;
}
