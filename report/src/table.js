// Tables that a screen reader announces, and that a narrow screen shows as cards.
import { foreign, html } from './escape.js';
import * as figures from './figures.js';

const shown = {
    text: foreign,
    long: foreign,
    date: figures.plain,
    count: figures.count,
    amount: figures.amount,
    share: figures.share,
    number: figures.number,
    plain: value => typeof value === 'string' ? foreign(value) : figures.plain(value),
};

const numbers = new Set(['count', 'amount', 'share', 'number']);
const isNumber = kind => numbers.has(kind);

/** columns: [{title, of: row => value, kind}]; the first one names the row. Roles are repeated because cards are no table to a browser. */
export function table({ caption, columns, rows, cards = false }) {
    const cell = (column, row, i) => {
        const value = column.of(row);
        const kind = isNumber(column.kind) || typeof value === 'number' ? 'number' : column.kind;
        const text = shown[column.kind ?? 'text'](value);
        return i === 0
            ? html`<th scope="row" role="rowheader">${text}</th>`
            : html`<td role="cell" data-title="${column.title}"${kind && html` class="${kind}"`}>${text}</td>`;
    };
    return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table role="table"${cards ? html` class="cards"` : ''}>
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(column => html`<th scope="col" role="columnheader"${isNumber(column.kind) ? html` class="number"` : ''}>${column.title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map(row => html`<tr role="row">${columns.map((column, i) => cell(column, row, i))}</tr>
`)}</tbody></table></div>`;
}

/** The rows behind a chart. */
export function dataTable(caption, rows) {
    const columns = Object.keys(rows[0]).map(name => ({ title: name.replaceAll('_', ' '), of: row => row[name], kind: 'plain' }));
    return table({ caption, columns, rows });
}
