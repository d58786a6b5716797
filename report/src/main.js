// scripts/report: reads the arguments, and writes the page, or a picture of it.
import { parseArgs } from 'node:util';
import { page } from './page.js';
import { read } from './read.js';

const usage = `usage: scripts/report WORKSPACE [--database NAME|URL] > report.html
       scripts/report WORKSPACE --screenshot FILE.png [--width 1000] [--height PIXELS] [--from ID] [--dark]

Writes a workspace of pg_crm as one static HTML page: no script, no network. The server is the one that PGHOST, PGPORT, PGUSER,
PGDATABASE and PGPASSWORD name, or --database. A picture is taken by chromium, of the whole page, or from what has that id on,
and so many pixels of it.
`;

class UsageError extends Error {}

function options() {
    try {
        const { values, positionals } = parseArgs({
            allowPositionals: true,
            options: {
                database: { type: 'string' }, screenshot: { type: 'string' }, width: { type: 'string', default: '1000' },
                height: { type: 'string' }, from: { type: 'string' }, dark: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' },
            },
        });
        if (!values.help && positionals.length !== 1) throw new UsageError('one workspace has to be named');
        return { ...values, workspace: positionals[0], width: pixels(values.width), height: values.height && pixels(values.height) };
    } catch (error) {
        throw new UsageError(error.message);
    }
}

function pixels(text) {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 200 || number > 20000) throw new UsageError(`not a number of pixels from 200 to 20000: ${text}`);
    return number;
}

async function main() {
    const asked = options();
    if (asked.help) return process.stdout.write(usage);
    const document = await page(await read(asked.database, asked.workspace));
    if (!asked.screenshot) return process.stdout.write(document);
    const { screenshot } = await import('./screenshot.js');
    await screenshot(document, asked);
}

main().catch(error => {
    process.stderr.write(error instanceof UsageError ? `${usage}\nreport: ${error.message}\n` : `report: ${error.message || error.code || error}\n`);
    for (const more of ['detail', 'hint']) {
        if (error[more]) process.stderr.write(`${more[0].toUpperCase()}${more.slice(1)}: ${error[more]}\n`);
    }
    process.exitCode = error instanceof UsageError ? 2 : 1;
});
