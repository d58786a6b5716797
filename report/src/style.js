// The page's style: one column that reads on a telephone, on paper and in the dark.

export const style = `
:root { color-scheme: light; --ink: #1f2328; --quiet: #57606a; --paper: #ffffff; --line: #d0d7de; --raised: #f6f8fa;
  --urgent: #b3261e; --warning: #8a5300; --notice: #1f5fbf; }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --ink: #e6e8eb; --quiet: #9ba3ad; --paper: #16181d; --line: #3a3f47; --raised: #1f2228;
    --urgent: #ff8a80; --warning: #f0b254; --notice: #8ab4f8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0; }
a { color: var(--notice); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .75rem 0 0; padding: 0; list-style: none; }
.quiet, figcaption { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; margin: 0; }
.figures div { padding: .75rem; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; }
.figures dt { color: var(--quiet); font-size: .875rem; }
.figures dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.figures dd + dd { font-size: .875rem; color: var(--quiet); }
.figures + p { margin-top: .5rem; font-size: .875rem; }
.alerts { margin: 0; padding: 0; list-style: none; }
.alerts li { margin: 0 0 .75rem; padding: .5rem .75rem; border-left: .3rem solid var(--line); background: var(--raised); }
.alerts p { margin: 0; }
.severity { font-weight: 600; text-transform: capitalize; }
.urgent { border-color: var(--urgent) !important; } .urgent .severity { color: var(--urgent); }
.warning { border-color: var(--warning) !important; } .warning .severity { color: var(--warning); }
.notice { border-color: var(--notice) !important; } .notice .severity { color: var(--notice); }
figure { margin: 0 0 2.5rem; }
.finding { margin: .1rem 0 .5rem; }
figcaption { font-size: .875rem; margin: .25rem 0; }
svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
details { margin: .25rem 0; }
summary { cursor: pointer; color: var(--notice); }
.scroll { overflow-x: auto; margin: .5rem 0 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; overflow-wrap: break-word; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 600; }
tbody th, td { min-width: 6rem; max-width: 24rem; overflow-wrap: anywhere; }
.date { min-width: 0; white-space: nowrap; }
thead th { color: var(--quiet); font-weight: 500; }
td.number { min-width: 0; }
.long { min-width: 12rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .875rem; }
@media screen and (max-width: 40rem) {
  .wide { display: none; } .narrow { display: block; }
  .figures { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards, .cards caption, .cards tbody, .cards tr, .cards th, .cards td { display: block; max-width: none; }
  .cards tr { margin-bottom: .75rem; padding: .5rem .75rem; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; }
  .cards th, .cards td { border: 0; padding: .1rem 0; }
  .cards td { display: grid; grid-template-columns: 8rem 1fr; gap: .5rem; text-align: left; white-space: normal; }
  .cards td::before { content: attr(data-title); color: var(--quiet); }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, details { display: none; }
  figure, .alerts li, .figures div, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  tbody th, td, .long { min-width: 0; }
}
`;
