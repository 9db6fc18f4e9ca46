/** `deno task install`: puts programs, units, manual pages and completions in place, without Nix. */
import { commonOptions } from "../cli/command.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import { helpText } from "../cli/help.ts";
import { flagOf, parseCommandLine, settle } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import { readText, realPath, stat } from "../host/files.ts";
import { capture, ProgramMissingError } from "../host/process.ts";
import { compileProgram } from "./compile_program.ts";
import { demandWritable } from "./install_changes.ts";
import { readManifest } from "./install_manifest.ts";
import {
  install,
  installOptions,
  type InstallValues,
  isPlainPath,
  unitOptions,
} from "./install_options.ts";
import {
  type Binaries,
  performInstall,
  performUninstall,
  type Place,
  previewInstall,
} from "./install_perform.ts";
import { type Content, type Plan, planInstall } from "./install_plan.ts";
import type { Person } from "./installed_units.ts";
import { permissions } from "./permissions.ts";
import { runTask } from "./task.ts";

const bin = `${import.meta.dirname}/../../bin/`;

async function main(args: readonly string[], report: Report): Promise<void> {
  const { help } = commonOptions;
  const { flags, operands } = parseCommandLine(args, { ...installOptions, help });
  if (flags.help === true) return report.answer(helpText(install, { help }));
  if (operands.length > 0) throw usageFailure(`unexpected argument "${operands[0]}"`);
  const said = settle(installOptions, {}, flags);
  const place = { destdir: said.destdir ?? "", prefix: said.prefix };
  if (said.uninstall) return await uninstall(place, said.dryRun, report);
  const root = place.destdir + place.prefix;
  const remembered = readManifest(root).options;
  const values = settle(installOptions, remembered, flags);
  for (const [key, option] of Object.entries(unitOptions)) {
    if (!Object.hasOwn(remembered, key) || Object.hasOwn(flags, key)) continue;
    const value = [remembered[key]].flat().join(" ");
    report.info(`as installed before: ${flagOf(key, option)} ${value}`);
  }
  const plan = planInstall(values, await personOf(values));
  if (!values.dryRun) demandWritable(root, plan.files.keys());
  const preview = await previewInstall(plan, place);
  if (values.dryRun) {
    const lines = [...preview].map(([path, change]) => `${change.padEnd(8)} ${root}/${path}`);
    report.answer([...lines, "", plan.next].join("\n"));
    return tellLeftOut(plan, values, report);
  }
  if (values.repo !== undefined && place.destdir === "" && !stat(values.repo)?.isDirectory) {
    report.warn(`there is no directory ${values.repo} yet`);
  }
  const given = Object.keys(unitOptions).filter((key) =>
    Object.hasOwn(flags, key) || Object.hasOwn(remembered, key)
  );
  const options = Object.fromEntries(
    given.map((key) => [key, values[key as keyof typeof unitOptions]]),
  );
  const { changes, dropped, kept } = await withBinaries(
    plan,
    values.binDir,
    report,
    (binaries) => orHalfWay(performInstall(plan, place, binaries, options)),
  );
  for (const path of dropped) {
    report.info(`removed, since nothing installs it now: ${root}/${path}`);
  }
  for (const path of kept) report.warn(`not installed any more, but edited: ${root}/${path}`);
  const written = [...changes.values()].filter((change) => change !== "same").length;
  report.info(`${plan.files.size} files are in ${root}, ${written} of them new or renewed`);
  tellLeftOut(plan, values, report);
  report.answer(plan.next);
}

function tellLeftOut({ leftOut }: Plan, { user }: InstallValues, report: Report): void {
  if (leftOut.length === 0) return;
  const wanting = user === undefined ? "--user NAME and --repo DIR" : "--repo DIR";
  report.info(`left out, for want of ${wanting}: ${leftOut.join(" ")}`);
}

async function uninstall(place: Place, dryRun: boolean, report: Report): Promise<void> {
  const root = place.destdir + place.prefix;
  const { removed, kept } = await performUninstall(place, { dryRun, report });
  for (const path of kept) report.warn(`edited, and therefore kept: ${root}/${path}`);
  if (dryRun) report.answer(removed.map((path) => `remove ${root}/${path}`).join("\n"));
  else if (removed.length > 0) report.info(`${removed.length} files were removed from ${root}`);
  // Links in homes; they are not searched for.
  if (removed.some((path) => path.startsWith("lib/systemd/user/"))) {
    report.hint("whoever enabled it: systemctl --user disable --now chezmoi-sync.timer");
  }
}

/** Who the units are for: as this host knows the person, or as a package is told. */
async function personOf(values: InstallValues): Promise<Person | undefined> {
  const { user, home, repo, destdir } = values;
  if (user === undefined) {
    if (repo !== undefined) throw usageFailure("--repo needs --user, whose repository it is");
    if (home !== undefined) throw usageFailure("--home needs --user, whose home it is");
    return undefined;
  }
  if (home !== undefined && destdir === undefined) {
    throw usageFailure("--home is for --destdir; this host knows where its people are at home");
  }
  const known = home ?? await homeOf(user);
  if (known === undefined) {
    throw usageFailure(
      `there is no user "${user}"; nothing was changed`,
      destdir === undefined ? undefined : "say where that person is at home with --home DIR",
    );
  }
  if (!isPlainPath(known)) throw usageFailure(`${user}'s home cannot stand in a unit: "${known}"`);
  return { user, home: known };
}

async function homeOf(user: string): Promise<string | undefined> {
  const homeIn = (database: string): string | undefined =>
    database.split("\n").map((line) => line.split(":")).find(([name]) => name === user)?.[5];
  try {
    const { status, stdout } = await capture({ argv: ["getent", "passwd", user], timeout: 10_000 });
    return status === 0 ? homeIn(stdout) : undefined;
  } catch (error) {
    if (!(error instanceof ProgramMissingError)) throw error;
    return homeIn(readText("/etc/passwd") ?? "");
  }
}

/** Has the binaries of a plan: those of a directory, or compiled ones that go away afterwards. */
async function withBinaries<T>(
  { files }: Plan,
  given: string | undefined,
  report: Report,
  use: (binaries: Binaries) => Promise<T>,
): Promise<T> {
  const isBinary = (content: Content) => content.kind === "binary" ? [content.program] : [];
  const programs = [...files.values()].flatMap(isBinary);
  if (given !== undefined) {
    const missing = programs.find((name) => !stat(`${given}/${name}`)?.isFile);
    if (missing === undefined) return await use((name) => `${realPath(given)}/${name}`);
    throw usageFailure(`${given} has no ${missing}`, `deno task compile ${programs.join(" ")}`);
  }
  const work = await Deno.makeTempDir({ prefix: "install-" });
  try {
    for (const name of programs) {
      const granted = permissions[name];
      if (granted === undefined) throw new Failure(`no permissions are stated for bin/${name}.ts`);
      report.info(`compiling ${name}`);
      await compileProgram(`${bin}${name}.ts`, `${work}/${name}`, granted);
    }
    return await use((name) => `${work}/${name}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** A disk that is full or gone is told of with what to do. */
async function orHalfWay<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const message = `half-way: ${(error as Error).message}`;
    throw new Failure(message, { hint: "the same again completes it", cause: error });
  }
}

if (import.meta.main) await runTask((report) => main(Deno.args, report));
