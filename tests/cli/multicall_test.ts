import assert from "node:assert/strict";
import { startProgram } from "../../src/cli/multicall.ts";
import { decoded, output } from "../support/processes.ts";

/** Starts as a name, and tells what was started and what was said. */
async function started(calledAs: string, ...args: string[]): Promise<string[]> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const report = { answer: say, info: say, warn: say, error: say, hint: say };
  const start = (name: string): Promise<void> => Promise.resolve(say(`started ${name}`));
  const programs = { one: () => start("one"), two: () => start("two") };
  const code = await startProgram(calledAs, args, programs, report);
  return [...said, String(code)];
}

Deno.test("the name a binary of many is called by says which program it is", async () => {
  assert.deepEqual(await started("one", "--version"), ["started one", "0"]);
  assert.deepEqual(await started("/run/current-system/sw/bin/two"), ["started two", "0"]);
});

Deno.test("by its own name it tells its version and the names, and does nothing else", async () => {
  assert.match((await started("holdfast", "--version"))[0] ?? "", /^holdfast \d/);
  assert.match((await started("./holdfast", "--help")).join(), /Usage: [^]* one\n {2}two,0$/);
  assert.deepEqual((await started("holdfast")).slice(-1), ["2"]);
  assert.deepEqual((await started("toString")).slice(-1), ["2"]);
});

Deno.test("it knows every program of bin/", async () => {
  const bin = new URL("../../bin/", import.meta.url);
  const names = [...Deno.readDirSync(bin)].map(({ name }) => name.replace(/\.ts$/, ""))
    .filter((name) => name !== "holdfast").sort();
  const argv = [Deno.execPath(), "run", "-A", `${bin.pathname}holdfast.ts`, "--help"];
  const { status, stdout } = decoded(await output(argv, { cwd: "/" }));
  assert.equal(status, 0);
  assert.deepEqual(stdout.split("Programs:\n")[1]?.trim().split(/\s+/), names);
});
