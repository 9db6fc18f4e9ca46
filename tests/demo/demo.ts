/** `deno task demo [--clean]`: what the programs do, on throwaway hosts in folders of their own. */
import type { Act } from "./act.ts";
import { BrokenClaim } from "./claims.ts";
import { dotfilesAct } from "./dotfiles.ts";
import { goldenAct } from "./golden.ts";
import { broken, note } from "./narration.ts";
import { rebuildAct } from "./rebuild.ts";
import { upgradeAct } from "./upgrade.ts";

const usage =
  `Watch three hosts sync their dotfiles, two rebuild themselves, and one survive bad updates.

Usage: deno task demo [--clean]

  --clean  remove the folders when all went well; they are kept otherwise`;

const started = performance.now();

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !["--clean", "--help"].includes(arg));
  if (unknown !== undefined || args.includes("--help")) {
    if (unknown !== undefined) console.error(`error: unknown argument "${unknown}"\n`);
    console.log(usage);
    return unknown === undefined ? 0 : 2;
  }
  await loadPackages();
  for (const begin of [dotfilesAct, upgradeAct, rebuildAct, goldenAct]) {
    const act = await begin();
    let status = 1;
    try {
      status = await play(act);
    } finally {
      // What went wrong is worth a look, whatever was asked for.
      if (args.includes("--clean") && status === 0) await act.clean();
      else act.kept();
    }
    if (status !== 0) return status;
  }
  note(`All that in ${((performance.now() - started) / 1000).toFixed(0)} seconds.`);
  return 0;
}

async function play(act: Act): Promise<number> {
  try {
    await act.play();
    return 0;
  } catch (error) {
    if (!(error instanceof BrokenClaim)) throw error;
    broken(error.message);
    return 1;
  }
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
