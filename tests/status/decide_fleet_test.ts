import assert from "node:assert/strict";
import { serializeState } from "../../src/cli/parse_state.ts";
import { ageInWords, judgeAge } from "../../src/status/decide_age.ts";
import { areaLevel, decideFleet } from "../../src/status/decide_fleet.ts";
import { worstOf } from "../../src/status/decide_level.ts";
import { exitOf } from "../../src/status/exit_of.ts";
import { inShort, lineOf } from "../../src/status/decide_line.ts";
import { type HostReport, type Level, levels, parseReport } from "../../src/status/report_state.ts";
import { fleetText, hostText } from "../../src/status/text_page.ts";
import { ago, corrupt, forbidden, limits, now, valid } from "./decide_scene.ts";

function report(host: string, level: Level, hours = 1): HostReport {
  const line = lineOf("upgrade", [{ level, says: `it is ${level}`, hint: "look" }], { at: ago(3) });
  return { schema: 1, host, time: ago(hours), level, lines: [line] };
}

Deno.test("a fleet is sorted by what is worst, then by name", () => {
  const fleet = decideFleet([
    ["d.json", valid(report("delta", "ok"))],
    ["c.json", valid(report("charlie", "warning"))],
    ["b.json", valid(report("bravo", "bad"))],
    ["a.json", valid(report("alpha", "unused"))],
    ["old.json", valid(report("old", "ok", 30))],
    ["ahead.json", valid(report("ahead", "ok", -1))],
    ["x.json", corrupt],
    ["y.json", forbidden],
  ], limits);
  assert.deepEqual(fleet.hosts.map(({ host, level }) => `${host} ${level}`), [
    "bravo bad",
    "x bad",
    "ahead warning",
    "charlie warning",
    "old warning",
    "y unknown",
    "delta ok",
    "alpha unused",
  ]);
  assert.equal(fleet.level, "bad");
  const troubles = Object.fromEntries(fleet.hosts.map(({ host, trouble }) => [host, trouble]));
  assert.match(troubles["x"] ?? "", /^x.json is corrupt: Unexpected end/);
  assert.match(troubles["old"] ?? "", /no report for more than 24 h/);
  assert.match(troubles["ahead"] ?? "", /clock/);
  assert.equal(troubles["delta"], null);
});

Deno.test("a file may not say of itself that it is well", () => {
  const lying = { ...report("liar", "bad"), level: "ok" as const };
  const { level, hosts } = decideFleet([["liar.json", valid(lying)]], limits);
  assert.deepEqual([level, hosts[0]?.level, hosts[0]?.report?.level], ["bad", "bad", "bad"]);
});

Deno.test("an area of a host is as its worst line", () => {
  const both = { ...report("b", "ok"), lines: [] as HostReport["lines"] };
  for (const level of ["ok", "warning"] as const) {
    both.lines.push(lineOf("dotfiles", [{ level, says: "" }]));
  }
  const [row] = decideFleet([["b.json", valid(both)]], limits).hosts;
  assert(row !== undefined);
  assert.deepEqual([areaLevel(row, "dotfiles"), areaLevel(row, "golden")], ["warning", "unused"]);
});

Deno.test("a report reads back as it was written, and anything else is corrupt", () => {
  const state = report("b", "warning");
  assert.deepEqual(parseReport(serializeState(state)), { kind: "valid", state });
  const broken: readonly (readonly [string, unknown])[] = [
    ["a newer schema", { ...state, schema: 2 }],
    ["a level that is none", { ...state, level: "fine" }],
    ["a time that is none", { ...state, time: "2026-13-45T99:00:00Z" }],
    ["no lines", { ...state, lines: undefined }],
    ["an endless text", { ...state, host: "x".repeat(2000) }],
    ["too many lines", { ...state, lines: Array(51).fill(state.lines[0]) }],
    ["a list", []],
  ];
  for (const [why, value] of broken) {
    assert.equal(parseReport(JSON.stringify(value)).kind, "corrupt", why);
  }
});

Deno.test("the exit code is that of the worst", () => {
  assert.deepEqual(levels.map(exitOf), [3, 4, 1, 0, 0]);
  assert.equal(worstOf([]), "unused");
  assert.equal(worstOf(["ok", "unknown", "warning"]), "warning");
});

const ages: readonly (readonly [hours: number, string])[] = [
  [-1, "in the future"],
  [-0.05, "just now"],
  [0, "just now"],
  [0.5, "30 min ago"],
  [1.4, "84 min ago"],
  [1.6, "1 h ago"],
  [47.9, "47 h ago"],
  [49, "2 d ago"],
];
for (const [hours, words] of ages) {
  Deno.test(`${hours} hours are told as ${words}`, () => {
    assert.equal(ageInWords(ago(hours), now), words);
  });
}

Deno.test("a threshold itself is not stale, and clocks may differ a little", () => {
  const judge = (hours: number): string => judgeAge(ago(hours), now, limits.staleAfter);
  assert.deepEqual([24, 24.01, -0.05, -0.2].map(judge), ["fresh", "stale", "fresh", "future"]);
});

Deno.test("a text in short is one line, without hashes and halves of characters", () => {
  const path = `/nix/store/${"0".repeat(32)}-nixos-system-b`;
  assert.equal(
    inShort(`upgraded to ${path}:\n\tall\r\nwell`),
    "upgraded to nixos-system-b: all well",
  );
  assert(inShort("\u{1f600}".repeat(400)).isWellFormed());
  assert(inShort(`x${"\u{1f600}".repeat(400)}`).isWellFormed());
  assert.equal(inShort("x".repeat(400)).length, 302);
});

Deno.test("the worst findings are told, with the first hint", () => {
  const { level, says, hint } = lineOf("golden", [
    { level: "ok", says: "one" },
    { level: "warning", says: "two" },
    { level: "warning", says: "three", hint: "do it" },
  ]);
  assert.deepEqual([level, says, hint], ["warning", "two; three", "do it"]);
});

Deno.test("the text of a host has a line for each part, wrapped to the terminal", () => {
  const text = hostText(report("b", "bad"), now, 0);
  assert.equal(
    text,
    "b: a person is needed\nbad      upgrade  it is bad (3 h ago)\n" +
      "                  do: look",
  );
  const wide = hostText(report("b", "bad"), now, 34).split("\n");
  assert(wide.every((line) => line.length <= 34), wide.join("\n"));
});

Deno.test("the text of a fleet is a table, then what is wrong", () => {
  const fleet = decideFleet([
    ["a.json", valid(report("alpha", "ok"))],
    ["b.json", valid(report("beta", "bad"))],
    ["c.json", corrupt],
  ], limits);
  const lines = fleetText(fleet, now, 0).split("\n");
  assert.match(lines[0] ?? "", /^ +host +dotfiles +config +upgrade +golden +secrets +reported$/);
  assert.match(lines[1] ?? "", /^bad +beta +unused +unused +bad +unused +unused +60 min ago$/);
  assert.match(lines[2] ?? "", /^bad +c +unknown .* never$/);
  assert.match(lines[3] ?? "", /^ok +alpha /);
  assert.deepEqual(lines.slice(4, 7), ["", "beta", "bad      upgrade  it is bad (3 h ago)"]);
});
