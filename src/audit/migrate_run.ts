import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure, heldFailure, refusal, usageFailure } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { environment, processId } from "../host/environment.ts";
import { makeDirectory } from "../host/files.ts";
import { isHeld, type Lock, takeLock } from "../host/lock.ts";
import { audit } from "./audit.ts";
import { checkMigration } from "./check_migration.ts";
import type { Classes } from "./classes_state.ts";
import type { dotfilesAuditOptions } from "./dotfiles_audit.ts";
import { type MigrationPlan, planMigration } from "./plan_migration.ts";
import { nixBlock, type SecretsFile, secretsFile } from "./secrets_file.ts";
import type { Source } from "./source.ts";
import { undoCommand, word } from "./undo_point.ts";
import { isCutOff, takeBack, writeMigration } from "./write_migration.ts";

type AuditCall = Call<typeof dotfilesAuditOptions>;

/** Does what `dotfiles-audit --migrate` was called for. */
export async function runMigration(
  call: AuditCall,
  source: Source,
  classes: Classes,
): Promise<ExitCode> {
  const settings = settingsOf(call);
  const lock = await lockState(settings.stateDirectory);
  try {
    if (call.options.dryRun && isCutOff(settings.stateDirectory)) {
      throw refusal("a migration was cut off", "dotfiles-audit --migrate takes it back");
    }
    if (takeBack(settings.stateDirectory)) {
      throw new Failure("a migration that was cut off was taken back: all is as before it", {
        hint: "run it again",
      });
    }
    return await migrate(call, source, classes, settings);
  } finally {
    lock.release();
  }
}

async function lockState(directory: string): Promise<Lock> {
  const holder = { pid: processId(), program: "dotfiles-audit", since: isoSeconds(now()) };
  try {
    makeDirectory(directory);
    const lock = await takeLock(`${directory}/lock`, holder);
    if (isHeld(lock)) return lock;
    throw heldFailure(lock, "nothing was changed");
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`cannot use the state directory ${directory}: ${(error as Error).message}`, {
      hint: "make it writable for this user, or give another with --state-dir",
      cause: error,
    });
  }
}

interface Settings {
  readonly stateDirectory: string;
  readonly secretsDirectory: string;
  readonly prefix: string;
  readonly owner: string;
}

function settingsOf({ options: { stateDir, secretsDir, prefix, owner } }: AuditCall): Settings {
  const home = environment("HOME");
  const state = environment("XDG_STATE_HOME") ?? (home && `${home}/.local/state`);
  const stateDirectory = stateDir ?? (state && `${state}/holdfast/dotfiles-audit`);
  if (stateDirectory?.startsWith("/") !== true) {
    throw usageFailure(
      "the state directory should be an absolute path",
      "give one with --state-dir",
    );
  }
  if (!secretsDir.startsWith("/") || /["\\{}\0]/.test(secretsDir)) {
    throw usageFailure(`--secrets-dir ${JSON.stringify(secretsDir)} should be an absolute path`);
  }
  if (!/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(prefix)) {
    throw usageFailure(
      `--prefix ${JSON.stringify(prefix)} should be a name, or names with / between`,
    );
  }
  return {
    stateDirectory,
    secretsDirectory: secretsDir.replace(/(?<=.)\/+$/, ""),
    prefix,
    owner: owner ?? environment("USER") ?? "root",
  };
}

async function migrate(
  { options: { dryRun, json, sopsFile }, report }: AuditCall,
  source: Source,
  classes: Classes,
  { stateDirectory, secretsDirectory, prefix, owner }: Settings,
): Promise<ExitCode> {
  const found = await audit(source, classes, { history: false });
  if (found.problems.length > 0) {
    const { path, line, reason } = found.problems[0] as (typeof found.problems)[number];
    throw refusal(
      `not all could be read: ${path}${line === undefined ? "" : `:${line}`}: ${reason}`,
      "a secret could be read there unseen; nothing was changed",
    );
  }
  const plan = planMigration(found, prefix);
  const checked = plan.moved.length === 0
    ? { kind: "same" as const, targets: 0, warnings: [] }
    : await checkMigration(found, plan);
  if (checked.kind === "differs") {
    report.answer(refusals(plan, json));
    throw refusal(
      `the targets would not be the same: ${checked.reasons.join("; ")}`,
      "nothing was changed",
    );
  }
  for (const warning of checked.warnings) report.warn(warning);
  const texts = new Map([...plan.rewritten(secretsDirectory), ...plan.data]);
  const before = new Map([
    ...found.templates.templates.map(({ file, content }) => [file.path, content] as const),
    ...found.dataFiles.map(({ path, text }) => [path, text] as const),
  ]);
  let undo: string | undefined;
  let file: SecretsFile | undefined;
  if (plan.moved.length > 0) {
    file = await secretsFile(plan.moved, { sopsFile, stateDirectory });
    if (!dryRun) {
      undo = await undoCommand(source, [...texts.keys()]);
      writeMigration(source.directory, texts, before, file, stateDirectory);
    }
  }
  const nix = nixBlock(plan.moved, { owner, secretsDirectory });
  const answer = {
    plan,
    files: [...texts.keys()],
    targets: checked.targets,
    file,
    nix,
    undo,
    dryRun,
  };
  report.answer(json ? JSON.stringify(asJson(answer), null, 2) : asText(answer));
  if (plan.refused.length === 0) return ExitCode.done;
  report.error(`${plan.refused.length} of the secrets cannot be moved by a program`);
  return ExitCode.needsPerson;
}

interface Answer {
  readonly plan: MigrationPlan;
  readonly files: readonly string[];
  readonly targets: number;
  readonly file: SecretsFile | undefined;
  readonly nix: string;
  readonly undo: string | undefined;
  readonly dryRun: boolean;
}

function asJson({ plan, files, targets, file, nix, undo, dryRun }: Answer): unknown {
  return {
    dryRun,
    moved: plan.moved.map(({ variable, secret }) => ({ name: variable.name, secret })),
    refused: plan.refused,
    kept: plan.kept,
    files,
    targetsCompared: targets,
    secretsFile: file === undefined ? null : { path: file.path, encrypted: file.isEncrypted },
    nix: plan.moved.length === 0 ? null : nix,
    undo: undo ?? null,
  };
}

function asText({ plan, files, targets, file, nix, undo, dryRun }: Answer): string {
  const { moved } = plan;
  const would = dryRun ? "would be " : "";
  const fromHost = moved.flatMap(({ variable }) =>
    variable.definitions.filter(({ kind }) => kind === "configuration")
  );
  return [
    ...(moved.length === 0 ? ["nothing is moved"] : [
      `moved       ${moved.length}${dryRun ? " (dry run: nothing was changed)" : ""}`,
      ...moved.map(({ variable, secret }) => `  ${variable.name} to ${secret}`),
      `rewritten   ${files.length} files; ${targets} targets are the same before and after`,
      ...files.map((path) => `  ${path}`),
    ]),
    ...refusalLines(plan),
    ...(file === undefined ? [] : [
      `secrets     ${would}${
        file.isEncrypted ? "encrypted" : "IN CLEAR, mode 0600"
      } in ${file.path}`,
      ...(file.isEncrypted ? [] : [
        `  not encrypted: ${file.reason}; in the repository of the secrets:`,
        `  sops --encrypt --filename-override secrets/dotfiles.yaml ${word(file.path)} ` +
        `> secrets/dotfiles.yaml && shred -u ${word(file.path)}`,
      ]),
      "on the host, in its NixOS configuration",
      ...nix.split("\n").map((line) => `  ${line}`),
    ]),
    ...(fromHost.length === 0 ? [] : [
      "by hand     no template reads these lines any more",
      ...fromHost.map(({ file, line }) => `  ${file}${line === undefined ? "" : `:${line}`}`),
    ]),
    ...(undo === undefined ? [] : [
      `undo        ${undo}`,
      ...(file === undefined ? [] : [`            rm ${word(file.path)}`]),
      "What was in the history stays there: replace the secrets by new ones.",
    ]),
  ].join("\n");
}

function refusals(plan: MigrationPlan, json: boolean): string {
  return json
    ? JSON.stringify({ moved: [], refused: plan.refused, kept: plan.kept }, null, 2)
    : refusalLines(plan).join("\n") || "nothing is moved";
}

function refusalLines({ refused, kept }: MigrationPlan): readonly string[] {
  return [
    ...(refused.length === 0 ? [] : [`refused     ${refused.length}`]),
    ...refused.flatMap((
      { name, reasons },
    ) => [`  ${name}`, ...reasons.map((each) => `    ${each}`)]),
    ...kept.map(({ name, reason }) => `  ${name} stays: ${reason}`),
  ];
}
