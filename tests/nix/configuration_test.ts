import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { parseConfig } from "../../src/cli/options.ts";
import { decoded, type Ended, output } from "../support/processes.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { type Host, rendered } from "./host.ts";

/** Hosts whose configuration has something in every key. */
const hosts: readonly Host[] = [{}, {
  dotfiles: { repoUrl: "git@example.org:rain/dotfiles.git", branch: "main" },
  git: { enable: true, autoPush: true },
  upgrade: {
    enable: true,
    mode: "remote",
    flake: "github:rain/nix-config",
    configuration: "server",
    buildCommand: ["nh", "os", "build"],
    preUpdateHooks: [["true"], { argv: ["true"], timeoutSeconds: 5 }],
    validationChecks: [{ argv: ["test", "-e", "{toplevel}"], timeoutSeconds: 600 }],
    updateInputs: ["nix-secrets"],
    rebootPolicy: "when-needed",
    rebootWindow: "02:00-05:00",
    notifyCommand: ["logger"],
    notify: [{ kind: "ntfy", to: "https://ntfy.sh/x", headerFile: "/run/secrets/ntfy" }],
    metrics: "/var/lib/holdfast.prom",
  },
  smart: {
    enable: true,
    hooks: { pre: [["true"]], post: [{ argv: ["true"], timeoutSeconds: 5 }] },
    secretsRepo: "/home/rain/nix-secrets",
  },
  golden: {
    requiredUnits: ["sshd.service"],
    validationCommands: [["true"], { argv: ["true"], timeoutSeconds: 30 }],
    rebootCommand: ["systemctl", "reboot"],
    notifyCommand: ["logger"],
  },
}];
const etc = (await rendered(hosts)).map((each) => each.etc);

/** Where things are that these look at, nobody has to change: they find the others' files. */
const onlyLook: readonly string[] = ["check-sops", "dotfiles-audit", "host-status"];

Deno.test("what the modules write is what the programs of that file accept", () => {
  for (const { config, name } of commands.filter(({ name }) => !onlyLook.includes(name))) {
    const file = config.path.replace(/^\/etc\/holdfast\/(.*)\.json$/, "$1");
    for (const each of etc) {
      assert.ok(each[file] !== undefined, `${name}: nothing writes ${config.path}`);
      parseConfig(JSON.stringify(each[file]), config.path, config.options);
    }
  }
});

Deno.test("a module writes each key that its programs know, but for what no host has to change", () => {
  const left: Readonly<Record<string, readonly string[]>> = {
    dotfiles: ["host", "offline", "source", "stateDir"],
    golden: [
      ...["bootIdFile", "bootedSystem", "currentSystem", "gcRootsDir", "profile", "stateDir"],
      "storeDir",
    ],
    "config-repo": [
      ...["activate", "bootedSystem", "currentSystem", "host", "markCommand", "profile"],
      ...["rebootCommand", "stateDir", "timeout", "wait"],
      ...["dotfilesCommand", "elevateCommand", "probeTimeout"],
    ],
  };
  const written = commands.filter(({ name }) => !onlyLook.includes(name));
  const options = new Map(written.map(({ config }) => [config.path, config.options]));
  for (const [path, its] of options) {
    const file = path.replace(/^\/etc\/holdfast\/(.*)\.json$/, "$1");
    const known = Object.entries(its).filter(([, each]) => each.flagOnly !== true)
      .map(([key]) => key);
    const missing = known.filter((key) => !Object.hasOwn(etc[1]?.[file] ?? {}, key));
    assert.deepEqual(missing.sort(), left[file]?.toSorted(), path);
  }
});

Deno.test("what a rebuild and what host-commit pushes are two things", async () => {
  const [host] = await rendered([{ git: { autoPush: false }, smart: { enable: true } }]);
  const { autoPush, commitAfterRebuild, pushAfterRebuild, dotfilesUsers } =
    host?.etc["config-repo"] ?? {};
  assert.deepEqual([autoPush, commitAfterRebuild, pushAfterRebuild], [false, true, true]);
  assert.deepEqual(dotfilesUsers, ["rain"]);
});

Deno.test("the programs themselves read what a host writes, and refuse what they do not know", () =>
  inTemporaryDirectory(async (directory) => {
    const started = async (program: string, json: unknown): Promise<Ended> => {
      const file = `${directory}/config.json`;
      await Deno.writeTextFile(file, JSON.stringify(json));
      const bin = new URL(`../../bin/${program}.ts`, import.meta.url).pathname;
      const argv = [Deno.execPath(), "run", "-A", bin, "--config", file];
      const env = { HOME: directory, PATH: "/usr/bin:/bin", DENO_DIR: Deno.env.get("DENO_DIR") };
      return decoded(await output(argv, { cwd: directory, env }));
    };
    for (
      const [program, file] of [
        ["chezmoi-status", "dotfiles"],
        ["show-golden", "golden"],
        ["upgrade-status", "config-repo"],
        ["rebuild-smart", "config-repo"],
      ] as const
    ) {
      const json = etc[1]?.[file] ?? {};
      const { stderr } = await started(program, json);
      assert.doesNotMatch(stderr, /configuration .*config\.json/, program);
      const refused = await started(program, { ...json, unheardOf: 1 });
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /unknown key "unheardOf"/, program);
    }
  }));
