/** `deno task bench [--quick] [--json] [--output FILE]`: our programs against what they cannot beat. */
import { Failure, usageFailure } from "../../src/cli/failure.ts";
import { enable, parseCommandLine, settle, text } from "../../src/cli/options.ts";
import { programs } from "../support/programs.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { auditRows } from "./audit.ts";
import { configRows } from "./config.ts";
import { hostWith } from "./dotfiles.ts";
import { checkOf, hostOnTrial } from "./golden.ts";
import { compare, type Comparison, duration, peakMemory } from "./paired.ts";
import { rebuildRows } from "./rebuild.ts";
import { statusRows } from "./status.ts";
import { floorOf, idle, on, type Runtime, runtimes } from "./subjects.ts";
import { tableOf } from "./table.ts";

/** One line of the result. */
export interface Row extends Comparison {
  readonly what: string;
  readonly runtime: Runtime["name"];
  readonly against: string;
  readonly unit: "ms" | "MB";
  /** The greatest ratio that is fine; null where none was set. */
  readonly target: number | null;
  readonly met: boolean | null;
}

const options = {
  quick: enable("fewer runs: a first impression"),
  json: enable("print JSON and no table"),
  output: text("FILE", "write the JSON to a file as well"),
};

const sizes = [20, 500, 3000] as const;
const startTargets = { source: 1.5, compiled: 1.3 } as const;

async function bench(runs: number, narrate: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  const sandboxes: Sandbox[] = [];
  const add = async (
    given: Pick<Row, "what" | "runtime" | "against" | "unit" | "target">,
    comparison: Promise<Comparison>,
  ): Promise<void> => {
    narrate(`measuring ${given.what} (${given.runtime}) against ${given.against}`);
    const found = await comparison;
    rows.push({
      ...given,
      ...found,
      met: given.target === null ? null : found.ratio <= given.target,
    });
  };
  const directory = await Deno.makeTempDir({ prefix: "holdfast-bench-" });
  try {
    const { runtimes: ways, note } = await runtimes(directory);
    if (note !== undefined) narrate(note);
    for (const size of sizes) {
      narrate(`preparing ${size} files`);
      const { sandbox, host } = await hostWith(size);
      sandboxes.push(sandbox);
      const floor = await floorOf(host);
      for (const { name: runtime, argv } of ways) {
        const what = `chezmoi-sync, ${size} files`;
        const target = size === 20 ? null : 1.15;
        const ours = on(host, [...argv("chezmoi-sync"), "--host", host.name]);
        const given = { what, runtime, against: "the floor", unit: "ms", target } as const;
        await add(given, compare(ours, floor, runs, duration));
      }
      if (size !== 500) continue;
      for (const { name: runtime, argv, empty } of ways) {
        const what = "chezmoi-sync, 500 files";
        const ours = on(host, [...argv("chezmoi-sync"), "--host", host.name]);
        const given = { what, runtime, against: "empty", unit: "MB", target: 1.3 } as const;
        await add(given, compare(ours, on(host, empty), runs, peakMemory));
      }
    }
    const host = sandboxes[0]?.hosts[0];
    if (host === undefined) throw new Error("there is no host");
    for (const { name: runtime, argv, empty } of ways) {
      for (const [program, args] of Object.entries(idle)) {
        const given = { runtime, against: "empty", unit: "ms" } as const;
        const versions = on(host, [...argv(program), "--version"]);
        const idles = on(host, [...argv(program), "--host", host.name, ...args]);
        await add(
          { ...given, what: `${program} --version`, target: startTargets[runtime] },
          compare(versions, on(host, empty), runs, duration),
        );
        await add(
          { ...given, what: `${program}, idle`, target: null },
          compare(idles, on(host, empty), runs, duration),
        );
      }
    }
    for (const row of await configRows(ways, runs, narrate)) rows.push(row);
    for (const row of await rebuildRows(ways, runs, narrate)) rows.push(row);
    for (const row of await auditRows(ways, runs, narrate)) rows.push(row);
    await using trial = await hostOnTrial();
    for (const row of await statusRows(ways, runs, narrate, { dotfiles: host, trial })) {
      rows.push(row);
    }
    for (const { name: runtime, argv, empty } of ways) {
      const check = checkOf(trial, argv("golden-boot-check"));
      const nothing = { argv: empty, cwd: trial.root, env: trial.environment };
      const given = { what: "golden-boot-check, on trial", runtime, against: "empty" } as const;
      // In early boot only the compiled program runs.
      const [time, memory] = runtime === "compiled" ? [1.2, 1.3] : [null, null];
      await add({ ...given, unit: "ms", target: time }, compare(check, nothing, runs, duration));
      await add(
        { ...given, unit: "MB", target: memory },
        compare(check, nothing, runs, peakMemory),
      );
    }
    return rows;
  } finally {
    for (const sandbox of sandboxes) await sandbox[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  }
}

async function main(): Promise<void> {
  const line = parseCommandLine(Deno.args, options);
  if (line.operands.length > 0) throw usageFailure(`unexpected argument "${line.operands[0]}"`);
  const { quick, json, output } = settle(options, {}, line.flags);
  const runs = quick ? 7 : 25;
  const { versions } = await programs();
  const rows = await bench(runs, (said) => console.error(said));
  const { deno } = Deno.version;
  const result = { schema: 1, deno, cpus: navigator.hardwareConcurrency, versions, runs, rows };
  const text = JSON.stringify(result, null, 2);
  if (output !== undefined) await Deno.writeTextFile(output, text + "\n");
  console.log(json ? text : tableOf(rows, runs));
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(error instanceof Failure ? error.code : 1);
  }
}
