/** Secrets on their way out, pushed, half moved or missing, and what the document tells to do. */
import assert from "node:assert/strict";
import { AuditHost, randomSecret } from "../audit/scene.ts";
import { cloned } from "../config/scene.ts";
import { SopsHost } from "../sops/scene.ts";
import { made } from "../secrets/made_secrets.ts";
import { decoded, output } from "../support/processes.ts";
import { putOnPath } from "../support/programs_on_path.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { collide, exits, holds, inSync, onMain, syncs } from "../tools/scene.ts";
import { everySection, type Reader, type Scene } from "./follow.ts";
import { atDotfiles } from "./readers.ts";

const [[, token = ""] = []] = made["npm-token"] ?? [];

/** What a finding stands for: file, line and commit. */
function foundIn(told: string): { FILE: string; LINE: string; COMMIT: string; RULE: string } {
  const [, FILE = "", LINE = "", RULE = "", COMMIT = ""] =
    /(\S+):(\d+): (\S+) \(in ([0-9a-f]{12})\)/.exec(told) ?? [];
  return { FILE, LINE, COMMIT, RULE };
}

async function isKnown(sandbox: Sandbox, secret: string): Promise<boolean> {
  return [...(await sandbox.reachableBlobs()).values()].some((blob) => blob.includes(secret));
}

/** Where the dotfiles' settings say that no secret is pushed. */
async function atRefusing(host: Host): Promise<Reader> {
  const reader = await atDotfiles(host);
  await host.write("refuse.json", '{ "secretGate": "refuse" }');
  const args = ["--host", host.name, "--config", host.path("refuse.json")];
  await putOnPath(host, { "chezmoi-sync": args, "chezmoi-resolve": args });
  return reader;
}

const scenes: Readonly<Record<string, Scene>> = {
  "A push was refused: a secret in the configuration repository": async (follow) => {
    await using world = await cloned(["a", "b"]);
    const { a, b, sandbox } = world;
    const inHome = await atDotfiles(a.host);
    await putOnPath(a.host, { "host-commit": ["--host", "a"] });
    const reader: Reader = {
      run: (argv, options) => inHome.run(argv, { cwd: a.repo, ...options }),
    };
    const setting = (text: string): Record<string, string> => ({
      "web.nix": `{ npm = ${text}; }\n`,
    });
    await a.commit("Mine", setting(`"${token}"`));
    const { RULE: _, ...words } = foundIn((await a.commits(["--push"])).stderr);
    const told = await follow(reader, words);
    assert.ok(told.includes(token), "the line is shown");
    // Somebody else pushes, and it is fetched here: that is not to be taken back.
    await b.commit("Theirs", { "hosts/b.nix": "{ }\n" });
    await b.git("push", "--quiet");
    await a.git("fetch", "--quiet");
    await a.write(setting("builtins.readFile ./npm"));
    await follow(reader);
    assert.equal(await isKnown(sandbox, token), false);
    const main = await sandbox.filesAt("main");
    assert.equal(main.get("web.nix"), "{ npm = builtins.readFile ./npm; }\n");
    assert.equal(main.get("hosts/b.nix"), "{ }\n", "the other host's file is left alone");
    await a.commit("A made up one", setting(`"${token}"`));
    const again = await a.commits(["--push"]);
    const { FILE, RULE } = foundIn(again.stderr);
    assert.equal(again.status, 3);
    await follow(reader, { FILE, RULE });
    assert.equal(await a.head("HEAD"), (await sandbox.refs())["refs/heads/main"]);
  },

  "A push was refused: a secret in the dotfiles": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], {
      ".bashrc": "1\n",
      ".npmrc": "x\n",
      ".g": "g\n",
    });
    await collide([a, b], { ".bashrc": ["1 by a\n", "1 by b\n"] });
    const reader = await atRefusing(b);
    await b.write(".npmrc", `${token}\n`);
    await b.write(".g", "g by b\n");
    const { stderr } = await reader.run(["chezmoi-sync"]);
    const { FILE, LINE, COMMIT } = foundIn(stderr);
    const told = await follow(reader, { FILE, LINE, COMMIT });
    assert.ok(told.includes(token), "the line is shown");
    assert.match(told, /hint: a file is parked as well/);
    await b.write(".npmrc", "y\n");
    await follow(reader, { SOURCE: "dot_bashrc" });
    await follow(reader);
    await syncs(a);
    assert.equal(await isKnown(sandbox, token), false);
    await holds(".npmrc", "y\n", a, b);
    await holds(".g", "g by b\n", a, b);
    await holds(".bashrc", "1 by a\n", a, b);
    await holds(".bashrc.mine", "1 by b\n", b);
    await b.write(".npmrc", `${token}\n`);
    const again = foundIn((await reader.run(["chezmoi-sync"])).stderr);
    await follow(reader, { FILE: again.FILE, RULE: again.RULE });
    assert.equal(await onMain(sandbox, "dot_npmrc"), `${token}\n`);
  },

  "A secret was already pushed": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".npmrc": "x\n" });
    await a.write(".npmrc", `${token}\n`);
    assert.match((await syncs(a)).stderr, /looks like a secret/);
    await syncs(b);
    const reader = await atDotfiles(b);
    assert.match(await follow(reader), /dot_npmrc:1: npm-token \(in [0-9a-f]{12}\)/);
    await b.write(".npmrc", "${NPM_TOKEN}\n");
    await follow(reader);
    await syncs(a);
    await holds(".npmrc", "${NPM_TOKEN}\n", a, b);
  },

  "A migration to sops was cut off, or is to be undone": async (follow) => {
    const secret = randomSecret();
    const count = 2;
    await using made = await AuditHost.create({
      ".chezmoidata.yaml": `api_token: ${secret}\n`,
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`dot_${at}.tmpl`, `{{ .api_token }}\n`]),
      ),
    }, { jj: true });
    const { host, sandbox } = made;
    const was = await made.files();
    await host.git("remote", "add", "origin", sandbox.remote);
    await syncs(host);
    await host.write("run/secrets/dotfiles/api_token", `${secret}\n`);
    await killWhileItWrites(made);
    assert.notDeepEqual(await made.files(), was);
    const reader = await atDotfiles(host);
    await putOnPath(host, { "dotfiles-audit": ["--secrets-dir", host.path("run/secrets")] });
    assert.match(await follow(reader), /a migration was cut off/);
    const told = await follow(reader);
    assert.match(told, /was taken back/);
    const migrated = await made.files();
    assert.ok(!Object.values(migrated).some((text) => text.includes(secret)), "it was moved");
    const [, UNDO = ""] = /^undo +(.+)$/m.exec(told) ?? [];
    await follow(reader, { UNDO });
    assert.deepEqual(await made.files(), was);
    // Once more, and synced before somebody thinks better of it.
    exits(0, await reader.run(["dotfiles-audit", "--migrate"]));
    await syncs(host);
    assert.match(await onMain(sandbox, "dot_0.tmpl") ?? "", /include/);
    await follow(reader, { COMMIT: (await host.git("rev-parse", "--short=12", "main")).trim() });
    assert.deepEqual(await made.files(), was);
    assert.equal(await onMain(sandbox, ".chezmoidata.yaml"), was[".chezmoidata.yaml"]);
    await holds(".0", `${secret}\n`, host);
  },

  "Secrets are missing at /run/secrets": async (follow) => {
    await using host = await SopsHost.create();
    const names = ["mail", "wifi"];
    await host.install(names.map((name) => ({ name })));
    const generation = `${host.root}/run/secrets.d/7`;
    for (const name of names) await Deno.remove(`${generation}/${name}`);
    const system = host.currentSystem;
    const program = new URL("../../bin/check-sops.ts", import.meta.url).pathname;
    const deno = `'${Deno.execPath()}' run -A --no-check --cached-only '${program}'`;
    await host.fake("check-sops", `exec ${deno} --current-system '${system}' "$@"\n`);
    await host.fake("sudo", 'exec "$@"\n');
    // As sops-install-secrets would, which has no key here.
    const activate = await Deno.readTextFile(`${host.root}/toplevel/activate`);
    const installed = "install_secrets() { umask 377; for name in mail wifi; do " +
      `echo made-up >'${generation}'/$name; done; }`;
    const calling = activate.replace(
      /^.*bin\/sops-install.*$/m,
      (call) => `  : ${call}\n  ${installed}\n  install_secrets`,
    );
    await host.write("toplevel/activate", calling, 0o755);
    const reader: Reader = {
      run: async (argv) => decoded(await output(asRoot(argv), { cwd: "/", env: host.environment })),
    };
    assert.match(await follow(reader), /secret {6}wifi: missing/);
    await follow(reader, { "/run/current-system": system });
    for (const name of names) {
      assert.equal(await Deno.readTextFile(`${host.root}/run/secrets/${name}`), "made-up\n");
    }
  },
};

/** An ordinary user may be root in a name space of their own: there these files are root's. */
function asRoot(argv: readonly string[]): readonly string[] {
  return Deno.uid() === 0 ? argv : ["unshare", "--map-root-user", ...argv];
}

/** A pipe that nobody reads stands where the temporary file of the secrets is opened, at the end. */
async function killWhileItWrites(made: AuditHost): Promise<void> {
  const state = `${made.host.home}/.local/state/holdfast/dotfiles-audit`;
  const pipe = `${state}/dotfiles-secrets.yaml.tmp`;
  const was = await made.read(".chezmoidata.yaml");
  await Deno.mkdir(state, { recursive: true });
  await made.host.run(["mkfifo", pipe]);
  const started = made.host.start("dotfiles-audit", ["--migrate"]);
  const bound = AbortSignal.timeout(60_000);
  while (await made.read(".chezmoidata.yaml") === was) {
    bound.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  started.kill();
  await started.ended;
  await Deno.remove(pipe);
}

await everySection("docs/recovery-procedures.md", scenes, "Secrets");
