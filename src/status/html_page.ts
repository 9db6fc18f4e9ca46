import { ageInWords, minuteOf } from "./decide_age.ts";
import { areaLevel, type FleetReport, type FleetRow } from "./decide_fleet.ts";
import { inWords } from "./decide_level.ts";
import { Markup, markup } from "./markup.ts";
import { style } from "./page_style.ts";
import { areas, type HostReport, type Level, levels, type Line } from "./report_state.ts";

/** A sign for each level: a colour alone tells nothing to many. */
const signs: Readonly<Record<Level, string>> = {
  bad: "✖",
  warning: "▲",
  unknown: "?",
  ok: "✔",
  unused: "–",
};

/** A level in a word, for a badge. */
const words: Readonly<Record<Level, string>> = {
  bad: "bad",
  warning: "warning",
  unknown: "unknown",
  ok: "ok",
  unused: "not used",
};

/** The page of a host: one file, of which nothing else is loaded. */
export function hostPage({ host, time, level, lines }: HostReport): string {
  const now = new Date(time);
  return page(
    `${host}: ${inWords[level]}`,
    markup`<header><h1><bdi>${host}</bdi></h1>${badge(level, inWords[level])}
<p class="at">as it was on ${timeMark(time)}</p></header>
<ul>
${lines.map((line) => lineItem(line, now, "h2"))}</ul>`,
  );
}

/** The page of many hosts, the worst first. */
export function fleetPage({ hosts, level, time }: FleetReport): string {
  const now = new Date(time);
  const counts = levels.map((each) => [each, hosts.filter((row) => row.level === each).length])
    .filter(([, count]) => count !== 0)
    .map(([each, count]) => `${count} ${words[each as Level]}`);
  const title = `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}: ${counts.join(", ")}`;
  return page(
    title,
    markup`<header><h1>${hosts.length === 1 ? "1 host" : `${hosts.length} hosts`}</h1>${
      badge(level, counts.join(", "))
    }
<p class="at">as they were on ${timeMark(time)}</p></header>
<ul>
${hosts.map((row) => hostItem(row, now))}</ul>`,
  );
}

function page(title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
${ownStyle}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.html;
}

const ownStyle = new Markup(`<style>\n${style}\n</style>`);

function lineItem(line: Line, now: Date, heading: "h2" | "h3"): Markup {
  const { level, area, place, says, hint, at, running } = line;
  const name = heading === "h2" ? markup`<h2>${area}</h2>` : markup`<h3>${area}</h3>`;
  return markup`<li class="card line ${level}">${name}${badge(level, words[level])}<div>
<p><bdi>${says}</bdi></p>
${running === null ? [] : markup`<p>under way: <bdi>${running}</bdi></p>\n`}${
    hint === null || level === "ok" ? [] : markup`<p class="hint">do: <bdi>${hint}</bdi></p>\n`
  }${place === null ? [] : markup`<p class="place">in <bdi>${place}</bdi></p>\n`}${
    at === null ? [] : markup`<p class="at">${ageInWords(at, now)}, ${timeMark(at)}</p>\n`
  }</div></li>
`;
}

function hostItem(row: FleetRow, now: Date): Markup {
  const { host, level, time, trouble, report } = row;
  const open = level === "bad" ? markup` open` : [];
  return markup`<li class="card ${level}"><div class="name"><h2><bdi>${host}</bdi></h2>${
    badge(level, words[level])
  }<span class="at">${
    time === null ? "no report" : markup`reported ${ageInWords(time, now)}, ${timeMark(time)}`
  }</span></div>
${trouble === null ? [] : markup`<p><bdi>${trouble}</bdi></p>\n`}${
    report === null ? [] : markup`<ul class="areas">
${
      areas.map((area) => {
        const its = areaLevel(row, area);
        return markup`<li class="${its}"><span class="area">${area}</span>${
          badge(its, words[its])
        }</li>
`;
      })
    }</ul>
<details${open}><summary>each in a line</summary><ul>
${report.lines.map((line) => lineItem(line, now, "h3"))}</ul></details>`
  }</li>
`;
}

function badge(level: Level, text: string): Markup {
  return markup`<p class="badge ${level}"><span aria-hidden="true">${
    signs[level]
  }</span> ${text}</p>`;
}

function timeMark(at: string): Markup {
  return markup`<time datetime="${at}">${minuteOf(at)}</time>`;
}
