// A picture of a page.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './browser.js';

/** Where the element of that id begins; the page itself has no script, the browser is asked. */
async function top(tell, id) {
    const { result } = await tell('Runtime.evaluate', { expression: `document.getElementById(${JSON.stringify(id)})?.getBoundingClientRect().top` });
    if (result.type !== 'number') throw new Error(`the page has nothing of id "${id}"`);
    return Math.floor(result.value);
}

export async function screenshot(document, { screenshot: file, width, height, dark, from }) {
    const folder = await mkdtemp(join(tmpdir(), 'pg_crm-report-'));
    try {
        const source = join(folder, 'report.html');
        await writeFile(source, document);
        await Browser.with(async browser => {
            const tell = await browser.tab({ width, height, dark });
            await browser.open(tell, pathToFileURL(source).href);
            const { cssContentSize } = await tell('Page.getLayoutMetrics');
            const y = from ? await top(tell, from) : 0;
            const clip = { x: 0, y, width, height: Math.min(height ?? Infinity, cssContentSize.height - y), scale: 1 };
            const { data } = await tell('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true, optimizeForSpeed: false });
            await writeFile(file, Buffer.from(data, 'base64'));
        });
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
