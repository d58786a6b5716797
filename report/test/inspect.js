// Shows a page in Chromium, as several readers would see it, and prints what it finds as JSON: node inspect.js FILE
import { pathToFileURL } from 'node:url';
import { Browser } from '../src/browser.js';

const readers = {
    screen: { width: 1000 },
    dark: { width: 1000, dark: true },
    phone: { width: 390 },
    paper: { width: 800, media: 'print' },
};

// What runs inside the page; the page itself has no script.
const look = () => {
    const visible = element => element.getClientRects().length > 0;
    const channels = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = colour => {
        const [red, green, blue] = channels(colour).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (lighter + 0.05) / (darker + 0.05);
    };
    const paper = getComputedStyle(document.body).backgroundColor;
    const words = [...document.querySelectorAll('svg text')].filter(visible);
    return {
        scripts: document.scripts.length,
        frames: document.querySelectorAll('iframe, object, embed, img, image, link').length,
        text: document.body.innerText,
        wider_than_screen: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        charts: Object.fromEntries([...document.querySelectorAll('figure')].map(figure => {
            const drawings = [...figure.querySelectorAll('svg')].filter(visible);
            return [figure.id, { drawings: drawings.length, marks: drawings.flatMap(drawing => [...drawing.querySelectorAll('[class*="role-mark"] > *')]).length }];
        })),
        least_contrast: Math.min(...words.map(word => contrast(getComputedStyle(word).fill, paper))),
        smallest_words: Math.min(...words.map(word => {
            const drawing = word.ownerSVGElement;
            return parseFloat(getComputedStyle(word).fontSize) * drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
        })),
        cut_off: words.filter(word => {
            const [inner, outer] = [word.getBoundingClientRect(), word.ownerSVGElement.getBoundingClientRect()];
            return inner.left < outer.left - 4 || inner.right > outer.right + 4 || inner.top < outer.top - 4 || inner.bottom > outer.bottom + 4;
        }).map(word => `${word.closest('figure').id}: ${word.textContent}`),
    };
};

const complaints = new Set(['Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Page.javascriptDialogOpening']);

async function seenBy(browser, reader, url) {
    const tell = await browser.tab(reader);
    const said = [], fetched = [];
    browser.listen(({ method, params, sessionId }) => {
        if (sessionId !== tell.session) return;
        if (method === 'Log.entryAdded') said.push(params.entry.text);
        if (complaints.has(method)) said.push(`${method} ${JSON.stringify(params).slice(0, 300)}`);
        if (method === 'Network.requestWillBeSent' && params.request.url !== url) fetched.push(params.request.url);
    });
    for (const domain of ['Log', 'Runtime', 'Network', 'Accessibility']) await tell(`${domain}.enable`);
    await browser.open(tell, url);
    const { result, exceptionDetails } = await tell('Runtime.evaluate', { expression: `(${look})()`, returnByValue: true });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    const { nodes } = await tell('Accessibility.getFullAXTree');
    const named = role => nodes.filter(node => !node.ignored && node.role?.value === role).map(node => node.name?.value ?? '');
    return { ...result.value, said, fetched, images: named('image').concat(named('img')), tables: named('table'), headings: named('heading') };
}

const url = pathToFileURL(process.argv[2]).href;
const found = await Browser.with(async browser => {
    const seen = {};
    for (const [name, reader] of Object.entries(readers)) seen[name] = await seenBy(browser, reader, url);
    return seen;
});
process.stdout.write(JSON.stringify(found));
