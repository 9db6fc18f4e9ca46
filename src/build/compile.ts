/** `deno task compile [--output DIR] [PROGRAM...]`: makes a self-contained binary of each program. */
import { Failure, usageFailure } from "../cli/failure.ts";
import { parseCommandLine, settle, textOr } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import { namesIn } from "../host/files.ts";
import { compileProgram, removeIfThere } from "./compile_program.ts";
import { permissions } from "./permissions.ts";
import { runTask } from "./task.ts";

const bin = `${import.meta.dirname}/../../bin/`;

/** Compiles programs of bin/, all unless named, and returns the table of what came of it. */
async function compileAll(
  output: string,
  wanted: readonly string[],
  report: Report,
): Promise<string> {
  await Deno.mkdir(output, { recursive: true });
  const directory = await Deno.realPath(output);
  const all = namesIn(bin).filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) throw usageFailure(`bin/ has no program "${unknown}"`);
  const names = wanted.length > 0 ? wanted : all;
  // First of all, so that after a failure no older binary passes for a new one.
  for (const name of names) await removeIfThere(`${directory}/${name}`);
  const rows = [["program", "MB", "seconds", "smoke test"]];
  for (const name of names) {
    const granted = permissions[name];
    if (granted === undefined) throw new Failure(`no permissions are stated for bin/${name}.ts`);
    report.info(`compiling ${name}`);
    const made = await compileProgram(`${bin}${name}.ts`, `${directory}/${name}`, granted);
    rows.push([name, (made.bytes / 1e6).toFixed(1), made.seconds.toFixed(1), "passed"]);
  }
  return table(rows);
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ??
    [];
  const line = (row: string[]): string =>
    row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

if (import.meta.main) {
  await runTask(async (report) => {
    const known = { output: textOr("dist", "DIR", "where the binaries go") };
    const { flags, operands } = parseCommandLine(Deno.args, known);
    report.answer(await compileAll(settle(known, {}, flags).output, operands, report));
  });
}
