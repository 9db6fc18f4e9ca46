import assert from "node:assert/strict";
import { results } from "../../src/dotfiles/last_sync_state.ts";
import { decideDotfiles } from "../../src/status/decide_dotfiles.ts";
import type { DotfilesFacts } from "../../src/status/dotfiles_facts.ts";
import type { HomeState } from "../../src/dotfiles/home_state.ts";
import {
  ago,
  corrupt,
  dotfiles,
  type Expected,
  forbidden,
  judged,
  limits,
  missing,
  sync,
  valid,
} from "./decide_scene.ts";

const held = { kind: "held", by: "chezmoi-sync since then" } as const;
const moving = valid({ moving: { from: "a", to: "b" } } as unknown as HomeState);
const inShort = valid({ result: "failed", time: ago(1), message: "no disk" } as const);

const table: readonly (readonly [string, Partial<DotfilesFacts>, Expected])[] = [
  ["a good sync", {}, ["ok", /^success: nothing to do/]],
  ["one with warnings", { last: valid(sync({ warnings: ["a", "b"] })) }, [
    "ok",
    /2 warnings: chezmoi-status/,
  ]],
  ["offline for a while", { last: valid(sync({ result: "success-local-only" })) }, ["ok"]],
  ["offline for long", { last: valid(sync({ result: "success-local-only", time: ago(30) })) }, [
    "warning",
    /exchanged with the remote for more than 24 h/,
  ]],
  ["something is parked", { last: valid(sync({ result: "conflicts-preserved" })) }, [
    "bad",
    /chezmoi-resolve/,
  ]],
  ["the fetch failed", { last: valid(sync({ result: "fetch-failed" })) }, ["warning"]],
  ["the push failed", { last: valid(sync({ result: "push-failed" })) }, ["warning"]],
  ["the push fails for long", { last: valid(sync({ result: "push-failed", time: ago(30) })) }, [
    "bad",
    /push-failed.* for more than 24 h/,
  ]],
  ["there is no source", { last: valid(sync({ result: "not-initialized" })) }, [
    "warning",
    /--repo-url/,
  ]],
  ["it failed", { last: valid(sync({ result: "failed", message: "no disk" })) }, [
    "bad",
    /failed: no disk/,
  ]],
  ["the timer is off", { looked: ago(25) }, ["warning", /no sync for more than 24 h/]],
  ["an old time and a new look", { last: valid(sync({ time: ago(1000) })) }, ["ok"]],
  ["a look of the future", { looked: ago(-2) }, ["warning", /in the future/]],
  ["a time that is none", { looked: undefined, last: valid(sync({ time: "soon" })) }, [
    "bad",
    /"soon"/,
  ]],
  ["a sync under way", { lock: held, looked: ago(1000) }, ["ok", /chezmoi-sync since then/]],
  ["the first sync under way", { last: missing, looked: undefined, lock: held }, [
    "ok",
    /first sync/,
  ]],
  ["a sync that never ended", { last: missing, looked: undefined, home: moving }, [
    "warning",
    /cut short/,
  ]],
  ["a directory with nothing in it", { last: missing, looked: undefined }, ["unused"]],
  ["a move cut short", { home: moving }, ["warning", /cut short/]],
  ["a move under way", { home: moving, lock: held }, ["ok"]],
  ["a corrupt report", { last: corrupt }, ["bad", /last-sync.json is corrupt: Unexpected end/]],
  ["a corrupt record", { home: corrupt }, ["bad", /home.json is corrupt.*chezmoi-sync/]],
  ["somebody else's", { directory: "forbidden", last: forbidden, home: forbidden }, [
    "unknown",
    /run it as root/,
  ]],
  ["a private report", { last: forbidden, home: forbidden }, ["unknown", /run it as root/]],
  ["a line for all", { last: forbidden, home: forbidden, status: inShort }, ["bad", /no disk/]],
];

for (const [name, facts, expected] of table) {
  Deno.test(`dotfiles: ${name} is ${expected[0]}`, () => {
    judged(decideDotfiles([dotfiles(facts)], limits)[0], expected);
  });
}

Deno.test("dotfiles: every result of a sync is in the table", () => {
  const told = table.flatMap(([, { last }]) => last?.kind === "valid" ? [last.state.result] : []);
  assert.deepEqual(results.filter((each) => !["success", ...told].includes(each)), []);
});

Deno.test("dotfiles: a host that is not meant to push may be local for ever", () => {
  const last = valid(sync({ result: "success-local-only", time: ago(1000) }));
  judged(decideDotfiles([dotfiles({ last })], { ...limits, pushes: false })[0], ["ok"]);
});

Deno.test("dotfiles: several directories are a line each, with the place; none is one line", () => {
  const nowhere = dotfiles({ directory: "missing", last: missing, looked: undefined });
  const places = (all: readonly DotfilesFacts[]): unknown =>
    decideDotfiles(all, limits).map(({ level, place }) => [level, place]);
  assert.deepEqual(places([dotfiles(), dotfiles({ place: "/other", last: corrupt })]), [
    ["ok", "/state"],
    ["bad", "/other"],
  ]);
  assert.deepEqual(places([dotfiles(), nowhere]), [["ok", null]]);
  assert.deepEqual(places([nowhere, nowhere]), [["unused", null]]);
});
