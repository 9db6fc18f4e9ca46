import type { Level } from "./report_state.ts";

/** A text's colour and that of what is behind it. */
export type Pair = readonly [text: string, behind: string];

/** The colours of a page; a test checks their contrast. */
export interface Palette {
  readonly page: Pair;
  readonly card: Pair;
  /** What is said beside, on a card and on the page. */
  readonly quiet: string;
  readonly edge: string;
  readonly levels: Readonly<Record<Level, Pair>>;
}

/** By daylight. */
export const light: Palette = {
  page: ["#1b1f24", "#f4f5f7"],
  card: ["#1b1f24", "#ffffff"],
  quiet: "#57606a",
  edge: "#d8dee4",
  levels: {
    bad: ["#8f1616", "#ffe1e0"],
    warning: ["#6f4a00", "#fff0c2"],
    unknown: ["#1c3f94", "#e0eaff"],
    ok: ["#125a2b", "#dbf5e3"],
    unused: ["#4d545c", "#eceef1"],
  },
};

/** At night. */
export const dark: Palette = {
  page: ["#e6e9ed", "#0f1216"],
  card: ["#e6e9ed", "#191d23"],
  quiet: "#9aa4af",
  edge: "#2d333b",
  levels: {
    bad: ["#ffb3ae", "#4a1717"],
    warning: ["#ffd978", "#3d2e05"],
    unknown: ["#a8c7ff", "#172c55"],
    ok: ["#8fe3aa", "#12351f"],
    unused: ["#aeb6bf", "#272c33"],
  },
};

function variables({ page, card, quiet, edge, levels }: Palette): string {
  const pairs = Object.entries({ page, card, ...levels });
  return [
    ...pairs.flatMap(([name, [text, behind]]) => [
      `--${name}:${text}`,
      `--on-${name}:${behind}`,
    ]),
    `--quiet:${quiet}`,
    `--edge:${edge}`,
  ].join(";");
}

const levelRules = Object.keys(light.levels).map((level) =>
  `.${level}{--is:var(--${level});--on:var(--on-${level})}`
).join("\n");

/** The style of a page: nothing is loaded for it. */
export const style = `
:root{color-scheme:light dark;${variables(light)}}
@media(prefers-color-scheme:dark){:root{${variables(dark)}}}
${levelRules}
*{box-sizing:border-box;margin:0}
body{background:var(--on-page);color:var(--page);font:1rem/1.5 system-ui,sans-serif;
overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
main{max-width:60rem;margin:0 auto;padding:1.25rem 1rem 2.5rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .9rem;margin-bottom:1.25rem}
h1{font-size:1.6rem;line-height:1.25}
h2,h3{font-size:1rem;line-height:1.5}
.name h2{font-size:1.15rem}
header .at{flex-basis:100%}
ul{list-style:none;padding:0;display:grid;gap:.6rem}
.card{background:var(--on-card);color:var(--card);border:1px solid var(--edge);
border-inline-start:.35rem solid var(--is);border-radius:.5rem;padding:.7rem .9rem}
.line{display:grid;grid-template-columns:1fr auto;gap:.2rem .9rem;align-items:baseline}
.line>div{grid-column:1/-1;display:grid;gap:.15rem}
.badge{display:inline-flex;align-items:center;gap:.4em;background:var(--on);color:var(--is);
border:1px solid var(--is);border-radius:1rem;padding:.05rem .7rem;font-size:.875rem;
font-weight:600;white-space:nowrap}
header .badge{font-size:1rem;white-space:normal}
.at,.place{color:var(--quiet);font-size:.875rem}
.hint{font-weight:600}
.areas{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.4rem;
padding:0;margin:.6rem 0 .3rem}
.areas>li{display:flex;flex-direction:column;gap:.1rem;align-items:flex-start}
.areas span.area{color:var(--quiet);font-size:.8125rem}
.name{display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .8rem}
.name .at{flex-basis:100%}
summary{cursor:pointer;padding:.4rem 0;color:var(--quiet);font-size:.9rem}
details ul{gap:.4rem}
details .card{border-radius:.35rem}
:focus-visible{outline:3px solid var(--unknown);outline-offset:2px}
@media(min-width:48rem){
.line{grid-template-columns:7rem 7.5rem 1fr}
.line>.badge{justify-self:start}
.line>div{grid-column:3}
.name .at{flex-basis:auto;margin-inline-start:auto}
}
@media print{.card{break-inside:avoid}}
`.trim();
