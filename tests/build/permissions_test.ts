import assert from "node:assert/strict";
import { permissionFlags, permissions, permissionTable } from "../../src/build/permissions.ts";

const root = new URL("../../", import.meta.url);

/** What the modules of a folder hold, all in one text. */
async function sourcesOf(...folders: string[]): Promise<string> {
  let text = "";
  for (const folder of folders) {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      if (entry.name.endsWith(".ts")) {
        text += await Deno.readTextFile(new URL(folder + entry.name, root));
      }
    }
  }
  return text;
}

Deno.test("each program of bin/ has permissions, and nothing else has", async () => {
  const programs: string[] = [];
  for await (const entry of Deno.readDir(new URL("bin/", root))) {
    if (entry.name.endsWith(".ts")) programs.push(entry.name.replace(/\.ts$/, ""));
  }
  assert.deepEqual(Object.keys(permissions).sort(), programs.sort());
});

Deno.test("no program may use the network, foreign code, a prompt or everything", () => {
  for (const [program, granted] of Object.entries(permissions)) {
    const flags = permissionFlags(granted);
    assert.ok(flags.includes("--no-prompt"), program);
    assert.doesNotMatch(flags.join(" "), /--allow-(net|ffi|import|all)|-A/, program);
  }
});

Deno.test("what is not granted has no flag", () => {
  const nothing = { read: false, write: false, run: false, sys: [], env: [] } as const;
  assert.deepEqual(permissionFlags(nothing), ["--no-prompt"]);
});

Deno.test("every environment variable the sources name may be read by each program", async () => {
  const namesIn = async (...folders: string[]): Promise<string[]> =>
    [...(await sourcesOf(...folders)).matchAll(/\benvironment\(\s*"(\w+)"/g)]
      .map((match) => match[1] ?? "");
  const dotfiles = await namesIn("src/dotfiles/", "src/programs/");
  const common = await namesIn("src/cli/", "src/host/");
  assert.ok(dotfiles.length > 0 && common.length > 0, "the pattern finds the calls");
  for (const [program, { env }] of Object.entries(permissions)) {
    const named = program.startsWith("chezmoi-") ? [...common, ...dotfiles] : common;
    const missing = named.filter((name) => env !== "all" && !env.includes(name));
    assert.deepEqual(missing, [], program);
  }
});

Deno.test("every fact of the system the sources ask for may be read by each program", async () => {
  const sources = await sourcesOf("src/cli/", "src/host/");
  const asked = [...sources.matchAll(/\bDeno\.(hostname|uid|gid|umask|osRelease|loadavg)\(/g)]
    .map((match) => match[1] ?? "");
  assert.ok(asked.includes("hostname"), "the pattern finds the calls");
  for (const [program, { sys }] of Object.entries(permissions)) {
    assert.deepEqual(asked.filter((fact) => sys !== "all" && !sys.includes(fact)), [], program);
  }
});

Deno.test("the table for the reference has a row for each program", () => {
  const rows = permissionTable().split("\n").slice(2);
  assert.equal(rows.length, Object.keys(permissions).length);
  for (const row of rows) assert.equal(row.split(" | ").length, 7);
});

Deno.test("a group kill needs run access to everything, so that no program names the programs it runs", async () => {
  // Once thought to work with names: the refusal was swallowed, and a time bound killed nothing.
  const script = `const child = new Deno.Command("sleep", { args: ["60"], detached: true }).spawn();
    try { Deno.kill(-child.pid, "SIGKILL"); console.log("killed"); }
    catch (error) { child.kill("SIGKILL"); console.log(error.name); }
    await child.status;`;
  const kill = async (run: string): Promise<string> => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-config",
        run,
        `data:text/javascript,${encodeURIComponent(script)}`,
      ],
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await kill("--allow-run=sleep"), "NotCapable");
  assert.equal(await kill("--allow-run"), "killed");
});
