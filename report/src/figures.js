// Numbers and dates in words, the same on every machine.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const exact = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

const missing = '\u2013';

function of(value, format) {
    if (value === null || value === undefined || value === '') return missing;
    const number = Number(value);
    return Number.isFinite(number) ? format(number).replace(/^-(?=[0.,]+(\u00a0%)?$)/, '').replace('-', '\u2212') : String(value);
}

/** 12,345 */
export function count(value) { return of(value, number => whole.format(number)); }

/** 12,345, but 123.40 of less than a thousand. */
export function amount(value) { return of(value, number => (Math.abs(number) >= 999.995 ? whole : cents).format(number)); }

/** 12,345 and 1.234: four digits or more. */
export function number(value) { return of(value, number => (Math.abs(number) >= 1000 ? whole : exact).format(number)); }

/** 12.3 % of a share of 0.123 */
export function share(value) { return of(value, number => `${(100 * number).toFixed(Math.abs(number) < 0.1 ? 1 : 0)}\u00a0%`); }

/** +3 % for what grew from `before`. */
export function change(now, before) {
    if (!Number.isFinite(now) || !Number.isFinite(before) || before === 0) return '';
    const percent = 100 * (now - before) / Math.abs(before);
    const sign = Math.abs(percent) < 0.05 ? '\u00b1' : percent > 0 ? '+' : '\u2212';
    return `${sign}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)}\u00a0%`;
}

/** Any value of a row of data. */
export function plain(value) {
    if (value === null || value === undefined) return missing;
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'number' ? number(value) : String(value);
}

/** 1 min 7 s */
export function duration(seconds) {
    return of(seconds, number => {
        const rounded = Math.round(number);
        return rounded < 60 ? `${exact.format(number)}\u00a0s` : `${Math.floor(rounded / 60)}\u00a0min ${rounded % 60}\u00a0s`;
    });
}
