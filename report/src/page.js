// The page: a workspace's figures, alerts, customers, charts and run, as one HTML document that nothing else belongs to.
import { figure } from './chart.js';
import { foreign, html, trusted } from './escape.js';
import * as figures from './figures.js';
import { style } from './style.js';
import { table } from './table.js';

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const headlines = [
    { title: 'Customers', of: 'customers', format: figures.count },
    { title: 'New customers', of: 'new_customers', format: figures.count },
    { title: 'Probably active', of: 'active_customers', format: figures.count },
    { title: 'Revenue so far', of: 'revenue', format: figures.amount },
    { title: 'Lifetime value ahead', of: 'clv', format: figures.amount },
    { title: 'Orders expected', of: 'expected_orders', format: figures.count },
    { title: 'Revenue of the best fifth', of: 'top_20_share', format: figures.share },
    { title: 'Customers at risk', of: 'at_risk_customers', format: figures.count },
    { title: 'Their lifetime value', of: 'at_risk_clv', format: figures.amount },
];

function headline({ summary, before }) {
    if (!summary) return html`<p>No run has been completed yet: CALL crm.refresh fills the workspace.</p>`;
    return html`<dl class="figures">${headlines.map(({ title, of, format }) => {
        const changed = before && figures.change(summary[of], before[of]);
        return html`<div><dt>${title}</dt><dd>${format(summary[of])}</dd>${changed && html`<dd>${changed}</dd>`}</div>
`;
    })}</dl>${before && html`<p class="quiet">Changes are those since ${before.as_of}.</p>`}`;
}

function alerts({ alerts }) {
    return html`<ul class="alerts">${alerts.map(alert => html`<li class="${alert.severity}">
<p><span class="severity">${alert.severity}</span>: ${!alert.message?.includes(alert.subject) && html`<strong>${foreign(alert.subject)}</strong>: `}${foreign(alert.message)}</p>
${alert.why && html`<p class="quiet">Why: ${foreign(alert.why)}</p>`}${alert.next_step && html`<p>Next step: ${foreign(alert.next_step)}</p>`}</li>
`)}</ul>`;
}

const who = row => row.name ?? row.customer;

function atRisk({ at_risk }) {
    if (at_risk.length === 0) return html`<p>No customer is at risk.</p>`;
    return table({
        caption: 'Customers at risk, those of the highest lifetime value first', cards: true, rows: at_risk,
        columns: [
            { title: 'Customer', of: who },
            { title: 'Why', of: row => row.reason, kind: 'long' },
            { title: 'Next step', of: row => row.next_step, kind: 'long' },
            { title: 'Last order', of: row => row.last_order, kind: 'date' },
            { title: 'Revenue', of: row => row.revenue, kind: 'amount' },
            { title: 'Still active', of: row => row.p_alive, kind: 'share' },
            { title: 'Lifetime value', of: row => row.clv, kind: 'amount' },
        ],
    });
}

const tables = {
    Customers: ({ segments, lifecycle }) => [
        segments.length > 0 && table({
            caption: 'Segments and what to do next', cards: true, rows: segments,
            columns: [
                { title: 'Segment', of: row => row.segment },
                { title: 'Next step', of: row => row.next_step },
                { title: 'Customers', of: row => row.customers, kind: 'count' },
                { title: 'Revenue', of: row => row.revenue, kind: 'amount' },
                { title: 'Still active', of: row => row.p_alive, kind: 'share' },
                { title: 'Lifetime value', of: row => row.clv, kind: 'amount' },
            ],
        }),
        lifecycle.length > 0 && table({
            caption: 'Stages of the customer\u2019s life', cards: true, rows: lifecycle,
            columns: [
                { title: 'Stage', of: row => row.lifecycle },
                { title: 'Meaning', of: row => row.meaning },
                { title: 'Customers', of: row => row.customers, kind: 'count' },
                { title: 'Share', of: row => row.customers_share, kind: 'share' },
                { title: 'Lifetime value', of: row => row.clv, kind: 'amount' },
            ],
        }),
    ],
    Comments: ({ topics }) => topics.length > 0 && table({
        caption: 'Topics of the comments', cards: true, rows: topics,
        columns: [
            { title: 'Topic', of: row => row.topic },
            { title: 'Words', of: row => row.keywords },
            { title: 'Example', of: row => row.example },
            { title: 'Comments', of: row => row.comments, kind: 'count' },
            { title: 'Lately', of: row => row.recent_comments, kind: 'count' },
            { title: 'Before', of: row => row.earlier_comments, kind: 'count' },
            { title: 'Customers', of: row => row.customers, kind: 'count' },
        ],
    }),
};

function models({ models }) {
    return models.length > 0 && table({
        caption: 'Models', cards: true, rows: models,
        columns: [
            { title: 'Model', of: row => row.name },
            { title: 'Kind', of: row => row.kind },
            { title: 'Fitted as of', of: row => row.as_of, kind: 'date' },
            { title: 'Measure', of: row => row.measure },
            { title: 'Quality', of: row => row.quality, kind: 'number' },
            { title: 'Observations', of: row => row.observations, kind: 'count' },
            { title: 'Message', of: row => row.message },
        ],
    });
}

function lastRun({ run }) {
    if (!run) return html`<p>The workspace has not been refreshed yet.</p>`;
    return html`<p>Run ${run.run} as of ${run.as_of} is ${run.state}${run.ended && `; it ended ${run.ended} UTC and took ${figures.duration(run.seconds)}`}:
${figures.count(run.customers)} customers, ${figures.count(run.changed_customers)} of them changed. ${foreign(run.message)}</p>`;
}

/** Charts stand in the section that they name; one in which no chart has data is left out: there may be no comments at all. */
async function chartSections(content) {
    const filled = new Set(content.charts.filter(chart => chart.spec.data.values.length > 0).map(chart => chart.section));
    return Promise.all([...filled].map(async section => ({
        title: section,
        content: [await Promise.all(content.charts.filter(chart => chart.section === section).map(chart => figure(chart))), tables[section]?.(content)],
    })));
}

const id = title => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');

export async function page(content) {
    const sections = [
        { title: 'Headline', content: headline(content) },
        ...content.alerts.length > 0 ? [{ title: 'Alerts', content: alerts(content) }] : [],
        { title: 'Customers at risk', content: atRisk(content) },
        ...await chartSections(content),
        { title: 'Models and run', content: [models(content), lastRun(content)] },
    ];
    const title = `Customers of ${content.workspace}`;
    const as_of = content.summary ? `As of ${content.summary.as_of}` : 'Not refreshed yet';
    return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="pg_crm">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<h1>${foreign(title)}</h1>
<p class="quiet">${as_of}</p>
<nav aria-label="Sections"><ul>${sections.map(section => html`<li><a href="#${id(section.title)}">${section.title}</a></li>
`)}</ul></nav>
</header>
<main>
${sections.map(section => html`<section aria-labelledby="${id(section.title)}">
<h2 id="${id(section.title)}">${section.title}</h2>
${section.content}
</section>
`)}</main>
<footer><p>${as_of}. Made by pg_crm from workspace ${foreign(content.workspace)}.</p></footer>
</body>
</html>
`.toString();
}
