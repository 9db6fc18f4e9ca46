import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Failure } from "../../src/cli/failure.ts";
import { logOptions } from "../../src/programs/gitleaks.ts";
import { drawn, made } from "./made_secrets.ts";
import { Repository } from "./repository.ts";

const [[, token = ""] = []] = made["npm-token"] ?? [];
const value = drawn(20);

/** A gitleaks that notes how it was called, and prints what it is told to. */
async function pretend(it: Repository, prints: string, ends = "exit 0"): Promise<void> {
  await Deno.writeTextFile(`${it.root}/report`, prints);
  await it.program(
    "gitleaks",
    [
      `printf '%s\\n' "$PWD" "$@" > '${it.root}/calls'`,
      `while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done < '${it.root}/report'`,
      `echo '${value}' >&2`,
      ends,
    ].join("\n"),
  );
}

function leak(commit: string, path: string, line: number, rule = "some-rule"): unknown {
  return {
    ...{ RuleID: rule, Description: "", StartLine: line, EndLine: line, Commit: commit },
    ...{ File: path, Secret: "REDACTED", Match: value, Line: value, Tags: [] },
  };
}

Deno.test("where there is a gitleaks, it searches the same commits, and its findings count", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: "one\n" });
  const second = await it.commit({ b: `${token}\n` }, "second");
  await pretend(it, JSON.stringify([leak(second, "b", 1), leak(second, "c", 3)]));
  deepEqual(await it.found(first), [
    "b:1 gitleaks:some-rule (second)",
    "b:1 npm-token (second)",
    "c:3 gitleaks:some-rule (second)",
  ]);
  const [directory, ...args] = (await Deno.readTextFile(`${it.root}/calls`)).trim().split("\n");
  equal(directory, "/");
  deepEqual(args, [
    ...["git", "--no-banner", "--no-color"],
    `--log-opts=${logOptions({ from: [first], to: second })}`,
    ...["--redact=100", "--report-format=json", "--report-path=-", "--exit-code=0", it.git.source],
  ]);
  ok(args[3]?.endsWith(` ${second} --not ${first}`));
});

Deno.test("a gitleaks that finds nothing finds nothing, however it says so", async () => {
  await using it = await Repository.create();
  await it.commit({ a: "one\n" });
  for (const report of ["[]\n", "null\n"]) {
    await pretend(it, report);
    deepEqual(await it.found(), []);
  }
});

Deno.test("betterleaks serves where there is no gitleaks", async () => {
  await using it = await Repository.create();
  const commit = await it.commit({ a: "one\n" });
  await pretend(it, JSON.stringify([leak(commit, "a", 1)]));
  await Deno.rename(`${it.root}/bin/gitleaks`, `${it.root}/bin/betterleaks`);
  deepEqual(await it.found(), ["a:1 gitleaks:some-rule (Change)"]);
});

Deno.test("what gitleaks finds can be allowed by the list and in its line", async () => {
  await using it = await Repository.create();
  const commit = await it.commit({
    a: "one\ntwo # holdfast:allow-secret\nthree\n",
    "fixtures/b": "one\n",
    ".holdfast-allow-secrets": "fixtures/ *\na gitleaks:other-rule\n",
  });
  await pretend(
    it,
    JSON.stringify([
      ...[leak(commit, "a", 1), leak(commit, "a", 2), leak(commit, "a", 3, "other-rule")],
      leak(commit, "fixtures/b", 1),
    ]),
  );
  deepEqual(await it.found(), ["a:1 gitleaks:some-rule (Change)"]);
});

/** Ways in which a gitleaks does not work. */
const broken: Readonly<Record<string, readonly [prints: string, ends: string, reason: RegExp]>> = {
  "it ends with a status": ["[]", "exit 1", /cannot scan with gitleaks: exit status 1$/],
  "it is too old for the command": ["", "exit 126", /gitleaks: exit status 126$/],
  "it prints what is not JSON": [`leaks found: ${value}`, "exit 0", /its report is not JSON$/],
  "it prints nothing": ["", "exit 0", /its report is not JSON$/],
  "it prints something else": [`{"RuleID": "${value}"}`, "exit 0", /is of another form$/],
  "a finding lacks its line": [
    JSON.stringify([{ RuleID: value, File: "a", Commit: "b" }]),
    "exit 0",
    /is of another form$/,
  ],
};

for (const [how, [prints, ends, reason]] of Object.entries(broken)) {
  Deno.test(`a gitleaks that does not work is a failure, told without what it printed: ${how}`, async () => {
    await using it = await Repository.create();
    await it.commit({ a: "one\n" });
    await pretend(it, prints, ends);
    await rejects(it.search(), (error) => {
      ok(error instanceof Failure);
      match(error.message, reason);
      ok(!`${error.message} ${error.hint} ${error.stack}`.includes(value));
      return true;
    });
  });
}

Deno.test("git prints for gitleaks what it can read, whatever a person has configured", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ "a b": "one\n" }, "first");
  const second = await it.commit({ "a b": "two\n" }, "second\n\nwith more");
  const log = async (): Promise<string> =>
    await it.git.plumbing([
      ...["log", "-p", "-U0"],
      ...logOptions({ from: [first], to: second }).split(" "),
    ]);
  const plain = await log();
  match(plain, /^commit [0-9a-f]{40}\nAuthor: .*\+\+\+ b\/a b\t?\n@@ -1 \+1 @@\n-one\n\+two\n$/s);
  const settings = {
    "color.ui": "always",
    "diff.external": "false",
    "diff.noprefix": "true",
    "format.pretty": "oneline",
    "log.date": "relative",
    "log.decorate": "full",
    "log.showSignature": "true",
  };
  for (const [name, setting] of Object.entries(settings)) {
    await it.git.plumbing(["config", name, setting]);
  }
  equal(await log(), plain);
});
