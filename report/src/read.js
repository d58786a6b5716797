// What the page tells, read in one transaction that sees one state of the workspace and changes nothing.
import { existsSync } from 'node:fs';
import pg from 'pg';

const customers_shown = 12, alerts_shown = 50, rows_shown = 30;

// Counts and sums are exact as numbers up to 2^53; dates stay the text that the server sends.
const { builtins } = pg.types;
const parsers = { [builtins.INT8]: Number, [builtins.NUMERIC]: Number, [builtins.DATE]: String };
const types = { getTypeParser: (type, format) => parsers[type] ?? pg.types.getTypeParser(type, format) };

// As psql does: without a host, the server's socket.
const sockets = '/var/run/postgresql';

function connection(database) {
    const settings = { types, application_name: 'pg_crm report' };
    if (database) return database.includes('://') ? { ...settings, connectionString: database } : { ...settings, ...local(), database };
    return { ...settings, ...local() };
}

function local() { return !process.env.PGHOST && existsSync(sockets) ? { host: sockets } : {}; }

/** Calls `work` with a function that runs a query on the workspace's views and gives its rows. */
async function reading(database, workspace, work) {
    const client = new pg.Client(connection(database));
    await client.connect();
    try {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        await client.query(`SET LOCAL search_path = pg_catalog, ${client.escapeIdentifier(workspace)}`);
        return await work(async (text, ...values) => (await client.query(text, values)).rows);
    } finally {
        await client.end();
    }
}

/** Views that a workspace has only when a domain declares them are read when they are there. */
async function present(rows, workspace) {
    const views = await rows('SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1', workspace);
    const names = new Set(views.map(view => view.relname));
    return (view, ...query) => names.has(view) ? rows(...query) : [];
}

export function read(database, workspace) {
    return reading(database, workspace, async rows => {
        const from = await present(rows, workspace);
        const charts = await rows('SELECT chart, section, meaning, crm.chart_spec($1, chart) AS spec FROM crm.charts($1)', workspace);
        if (charts.length === 0) throw new Error(`there is no workspace "${workspace}" in this database`);
        const [summary] = await from('summary', 'SELECT * FROM summary ORDER BY run DESC LIMIT 1');
        const [before] = await from('summary', 'SELECT * FROM summary WHERE as_of < $1 ORDER BY as_of DESC, run DESC LIMIT 1', summary?.as_of);
        return {
            workspace, charts, summary, before,
            alerts: await from('alert', `SELECT severity, subject, message, why, next_step FROM alert WHERE run = $1 ORDER BY position LIMIT ${alerts_shown}`, summary?.run),
            segments: await from('segment', `SELECT * FROM segment ORDER BY revenue DESC NULLS LAST, segment LIMIT ${rows_shown}`),
            lifecycle: await from('lifecycle', `SELECT * FROM lifecycle ORDER BY customers DESC, lifecycle LIMIT ${rows_shown}`),
            at_risk: await from('customer', `SELECT c.customer::text AS customer, c.name, c.reason, s.next_step, c.segment, c.last_order, c.revenue, c.p_alive, c.clv
                                               FROM customer AS c LEFT JOIN segment AS s USING (segment)
                                              WHERE c.lifecycle = 'at risk' ORDER BY c.clv DESC NULLS LAST, c.revenue DESC, c.customer LIMIT ${customers_shown}`),
            topics: await from('comment_topic', `SELECT * FROM comment_topic ORDER BY comments DESC, topic LIMIT ${rows_shown}`),
            models: await from('model', 'SELECT DISTINCT ON (name) * FROM model WHERE kept ORDER BY name, run DESC'),
            run: (await from('run', `SELECT run, as_of, state, seconds, customers, changed_customers, message, to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS ended
                                       FROM run ORDER BY run DESC LIMIT 1`))[0],
        };
    });
}
