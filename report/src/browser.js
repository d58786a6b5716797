// A headless Chromium that is told what to do through a pipe (the DevTools protocol): no port is opened, nothing is downloaded.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.CHROMIUM ?? 'chromium';
const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--host-resolver-rules=MAP * ~NOTFOUND', '--remote-debugging-pipe'];

export class Browser {
    #process; #profile; #calls = new Map(); #number = 0; #listeners = []; #unread = ''; #ended;

    static async start() {
        const browser = new Browser();
        browser.#profile = await mkdtemp(join(tmpdir(), 'pg_crm-browser-'));
        browser.#process = spawn(program, [...flags, `--user-data-dir=${browser.#profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
        browser.#ended = new Promise(resolve => {
            browser.#process.on('error', error => resolve(new Error(`cannot start ${program}: ${error.code}`)));
            browser.#process.on('exit', () => resolve(new Error(`${program} has ended`)));
        });
        browser.#ended.then(error => { for (const { reject } of browser.#calls.values()) reject(error); });
        browser.#process.stdio[3].on('error', () => {});
        browser.#process.stdio[4].setEncoding('utf8').on('data', text => browser.#receive(text));
        return browser;
    }

    /** Calls `use` with a browser, and ends it however that ends. */
    static async with(use) {
        const browser = await Browser.start();
        try {
            return await use(browser);
        } finally {
            await browser.close();
        }
    }

    #receive(text) {
        const messages = (this.#unread + text).split('\0');
        this.#unread = messages.pop();
        for (const message of messages.map(JSON.parse)) {
            const call = this.#calls.get(message.id);
            this.#calls.delete(message.id);
            if (!call) for (const listener of this.#listeners) listener(message);
            else if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`));
            else call.resolve(message.result);
        }
    }

    send(method, params = {}, sessionId = undefined) {
        const id = ++this.#number;
        return new Promise((resolve, reject) => {
            this.#calls.set(id, { resolve, reject, method });
            this.#ended.then(reject);
            this.#process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
        });
    }

    /** Waits for an event for which `wanted` is true. */
    event(wanted) {
        return new Promise((resolve, reject) => {
            this.#listeners.push(message => wanted(message) && resolve(message.params));
            this.#ended.then(reject);
        });
    }

    listen(listener) { this.#listeners.push(listener); }

    /** A tab: a function that sends it commands. */
    async tab({ width, height = 800, dark = false, media = '' }) {
        const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
        const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
        const tell = (method, params) => this.send(method, params, sessionId);
        tell.session = sessionId;
        await tell('Page.enable');
        await tell('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
        await tell('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
        return tell;
    }

    /** Shows a file, and waits until it has been loaded. */
    async open(tell, url) {
        const loaded = this.event(message => message.method === 'Page.loadEventFired' && message.sessionId === tell.session);
        await tell('Page.navigate', { url });
        await loaded;
    }

    async close() {
        this.#process.kill('SIGKILL');
        await this.#ended;
        await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
    }
}
