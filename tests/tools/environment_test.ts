import { deepEqual, match } from "node:assert/strict";
import type { RunOptions } from "../support/processes.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { exits, inFrontOf, inSync, pathOf } from "./scene.ts";

/** Something a sync cannot work with. */
interface Lack {
  readonly what: string;
  make(b: Host, sandbox: Sandbox): Promise<Made> | Made;
  readonly exit: number;
  /** The message and, after it, the remedy. */
  readonly says: RegExp;
}

interface Made {
  readonly args?: readonly string[];
  readonly env?: RunOptions["env"];
}

/** A PATH with everything but one program. */
async function without(host: Host, missing: string): Promise<Made> {
  const directory = await Deno.makeTempDir({ dir: host.environment.TMPDIR ?? "/tmp" });
  const PATH = host.environment.PATH ?? "";
  for (const program of ["deno", "git", "jj", "chezmoi", "sh", "find", "cat"]) {
    if (program === missing) continue;
    const path = program === "deno" ? Deno.execPath() : await pathOf(program, PATH);
    await Deno.symlink(path, `${directory}/${program}`);
  }
  return { env: { PATH: directory } };
}

const lacks: readonly Lack[] = [
  {
    what: "HOME unset",
    make: () => ({ env: { HOME: undefined } }),
    ...{ exit: 2, says: /HOME is not set.*\nhint: set HOME; in a systemd unit, set User=/ },
  },
  {
    what: "a source that is not a directory",
    make: async (b) => {
      await b.write("file", "");
      return { args: ["--source", b.path("file")] };
    },
    ...{ exit: 2, says: /file is not a directory\nhint: .*--source/ },
  },
  {
    what: "no source and no URL",
    make: (b) => ({ args: ["--source", b.path("nothing")] }),
    ...{ exit: 2, says: /no chezmoi source directory at .*nothing\nhint: .*--repo-url/ },
  },
  {
    what: "a source without .git",
    make: async (b) => {
      await b.write("plain/dot_f", "f\n");
      return { args: ["--source", b.path("plain")] };
    },
    ...{ exit: 2, says: /has no \.git\nhint: .*init.*--source/ },
  },
  {
    what: "jj missing",
    make: (b) => without(b, "jj"),
    ...{ exit: 1, says: /cannot run "jj".*\nhint: install jj/ },
  },
  {
    what: "chezmoi missing",
    make: (b) => without(b, "chezmoi"),
    ...{ exit: 1, says: /cannot run "chezmoi".*\nhint: install chezmoi/ },
  },
  {
    what: "git missing",
    make: (b) => without(b, "git"),
    ...{ exit: 1, says: /cannot run "git".*\nhint: install git/ },
  },
  {
    what: "jj too old",
    make: async (b) => {
      const jj = `case " $* " in *" --version "*) echo 'jj 0.20.0'; exit ;; esac
        echo 'error: unexpected argument' >&2; exit 2`;
      return { env: { PATH: (await inFrontOf(b, { jj })).PATH } };
    },
    ...{ exit: 2, says: /jj is too old: jj 0\.20\.0, at least 0\.39.*\nhint: install a newer jj/ },
  },
  {
    what: "a state directory that cannot be made",
    make: async (b) => {
      await b.write("file", "");
      return { args: ["--state-dir", b.path("file/state")] };
    },
    ...{ exit: 1, says: /cannot use the state directory .*\nhint: .*--state-dir/ },
  },
  {
    what: "a configuration with an unknown key",
    make: async (b) => {
      await b.write("config.json", '{"remotee": "origin"}');
      return { args: ["--config", b.path("config.json")] };
    },
    ...{ exit: 2, says: /config\.json.*remotee/ },
  },
  {
    what: "a configuration that is no JSON",
    make: async (b) => {
      await b.write("config.json", "{");
      return { args: ["--config", b.path("config.json")] };
    },
    ...{ exit: 2, says: /config\.json/ },
  },
  {
    what: "a host name that cannot be a bookmark",
    make: () => ({ args: ["--host", "a b"] }),
    ...{ exit: 2, says: /host name "a b".*\nhint: .*--host/ },
  },
];

Deno.test("what a sync cannot work with is told with its remedy, and nothing is changed", async (t) => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n" });
  await b.write(".f", "f by b\n");
  for (const { what, make, exit, says } of lacks) {
    await t.step(what, async () => {
      const { args = [], env = {} } = await make(b, sandbox);
      const before = await look(sandbox);
      const ended = await b.program("chezmoi-sync", ["--host", "b", ...args], { env });
      match(exits(exit, ended).stderr, says);
      deepEqual(await look(sandbox), before);
    });
  }
});

/** All but the records of a failed sync, and what git writes when it is only looking. */
async function look(sandbox: Sandbox): Promise<Record<string, string>> {
  return await treeOf(sandbox.root, ["tmp", "chezmoi-sync", ".jj", "index"]);
}
