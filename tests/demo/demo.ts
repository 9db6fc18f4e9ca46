/** `deno task demo [--clean]`: three hosts edit the same dotfiles, in a folder of their own. */
import { programs } from "../support/programs.ts";
import { Sandbox } from "../support/sandbox.ts";
import { BrokenClaim, checkClaims, hostTable } from "./claims.ts";
import { Stage } from "./stage.ts";
import { scenes } from "./story.ts";

const usage = `Watch three hosts sync their dotfiles through one bare remote.

Usage: deno task demo [--clean]

  --clean  remove the folder when all went well; it is kept otherwise`;

const started = performance.now();

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !["--clean", "--help"].includes(arg));
  if (unknown !== undefined || args.includes("--help")) {
    if (unknown !== undefined) console.error(`error: unknown argument "${unknown}"\n`);
    console.log(usage);
    return unknown === undefined ? 0 : 2;
  }
  const { versions } = await programs();
  await loadPackages();
  const sandbox = await Sandbox.create();
  const stage = new Stage(sandbox);
  let status = 1;
  try {
    status = await play(stage, versions);
  } finally {
    // What went wrong is worth a look, whatever was asked for.
    if (args.includes("--clean") && status === 0) await sandbox[Symbol.asyncDispose]();
    else stage.kept();
  }
  return status;
}

async function play(stage: Stage, versions: Readonly<Record<string, string>>): Promise<number> {
  const run = ["jj", "chezmoi", "git"].map((name) => `${name} ${versions[name]}`).join(", ");
  stage.title("Three hosts, one set of dotfiles");
  stage.note(`Every host is a home in ${stage.sandbox.root},`);
  stage.note(`every program is the real one: ${run}.`);
  try {
    for (const [at, [heading, scene]] of scenes.entries()) {
      stage.heading(`${at + 1}. ${heading}`);
      await scene(stage);
    }
    stage.heading("What holds now");
    for (const claim of await checkClaims(stage)) stage.holds(claim);
    stage.heading("What each host has");
    stage.print(await hostTable(stage));
  } catch (error) {
    if (!(error instanceof BrokenClaim)) throw error;
    stage.broken(error.message);
    return 1;
  }
  stage.note(`\nAll that in ${((performance.now() - started) / 1000).toFixed(0)} seconds.`);
  return 0;
}

/** The hosts have no network: what our programs import has to be in the cache before. */
async function loadPackages(): Promise<void> {
  if (Deno.env.get("HOLDFAST_BIN_DIR")) return;
  const bin = new URL("../../bin", import.meta.url).pathname;
  const files = [...Deno.readDirSync(bin)].map(({ name }) => `${bin}/${name}`);
  const output = await new Deno.Command(Deno.execPath(), { args: ["cache", "--quiet", ...files] })
    .output();
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr).trim());
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
