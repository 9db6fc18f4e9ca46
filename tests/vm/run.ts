/**
 * The promises on a real machine: `deno task test:vm [SCENARIO...] [--first N] [--output DIR]`.
 * Each scenario starts a new machine; its console and its times are kept as files.
 */
import { parseArgs } from "node:util";
import { type Image, image, type Kind } from "./build/image.ts";
import { Machine } from "./machine/machine.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const usage = "usage: deno task test:vm [SCENARIO...] [--first N] [--output DIR]";

/** What came of a scenario. */
interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly boots: readonly string[];
  readonly error?: string;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { first: { type: "string" }, output: { type: "string", default: "dist/vm" } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in scenarios));
  if (unknown.length > 0) {
    console.error(
      `no scenario ${unknown.join(", ")}; there are ${Object.keys(scenarios).join(" ")}`,
    );
    console.error(usage);
    return 2;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(scenarios);
  const chosen = names.slice(0, Number(values.first ?? names.length));
  const kindOf = (name: string): Kind => scenarios[name]?.installed ? "installed" : "generations";
  const images: Partial<Record<Kind, Image>> = {};
  for (const kind of new Set(chosen.map(kindOf))) {
    images[kind] = await image(kind, (text) => console.error(text));
  }
  await Deno.mkdir(values.output, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const name of chosen) {
    const built = images[kindOf(name)] as Image;
    const outcome = await play(name, scenarios[name] as Scenario, built, values.output);
    outcomes.push(outcome);
    const { seconds, error } = outcome;
    console.log(
      `${error ? "FAILED" : "ok    "} ${seconds.toFixed(0).padStart(4)} s  ${outcome.name}`,
    );
    if (error) console.log(`${error.replace(/^/gm, "    ")}\n    ${values.output}/${name}.log`);
  }
  await Deno.writeTextFile(`${values.output}/times.json`, JSON.stringify(outcomes, null, 2) + "\n");
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function play(
  id: string,
  { name, processor, run }: Scenario,
  built: Image,
  output: string,
): Promise<Outcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const directory = await Deno.makeTempDir({ prefix: "vm-" });
  using log = await Deno.open(`${output}/${id}.log`, { create: true, write: true, truncate: true });
  const encoder = new TextEncoder();
  const machine = await Machine.create(built, directory, (text) => {
    log.writeSync(encoder.encode(`${seconds().toFixed(2).padStart(7)} ${text}\n`));
  }, processor);
  let error: string | undefined;
  try {
    await run(machine);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    await machine.cutPower();
    await Deno.remove(directory, { recursive: true });
  }
  const boots = machine.boots.map(({ generation }) => generation || "(none)");
  return { name, seconds: seconds(), boots, ...(error === undefined ? {} : { error }) };
}

// Compiling leaves timers behind that would keep the process for minutes.
Deno.exit(await main());
