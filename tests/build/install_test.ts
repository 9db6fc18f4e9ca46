import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { readManifest } from "../../src/build/install_manifest.ts";
import { installOptions, type InstallValues } from "../../src/build/install_options.ts";
import { configurations, planInstall } from "../../src/build/install_plan.ts";
import { parseConfig, settle } from "../../src/cli/options.ts";
import { bundle } from "../support/bundle.ts";
import { decoded, type Ended, output } from "../support/processes.ts";
import { systemPrograms } from "../support/programs.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

const task = new URL("../../src/build/install.ts", import.meta.url).pathname;
const config = new URL("../../deno.json", import.meta.url).pathname;
const rain = { user: "rain", home: "/home/rain" };
const repo = "/home/rain/nix-config";

function values(given: Partial<InstallValues> = {}): InstallValues {
  return settle(installOptions, {}, given);
}

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const PATH = Deno.env.get("PATH") ?? "";
  const HOME = Deno.env.get("HOME") ?? "/";
  const DENO_DIR = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${HOME}/.cache`}/deno`;
  return decoded(await output(argv, { cwd: "/", env: { PATH, HOME, DENO_DIR, ...env } }));
}

const deno = [Deno.execPath(), "run", "-A", "--cached-only", "--config", config, task];

/** A directory with a stand-in for the compiled binaries, and a place to install to. */
async function withPlace(
  test: (place: {
    readonly directory: string;
    readonly prefix: string;
    readonly install: (...args: string[]) => Promise<Ended>;
  }) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    await writeBinaries(directory, "1");
    const prefix = `${directory}/usr/local`;
    const install = (...args: string[]): Promise<Ended> =>
      run([...deno, "--bin-dir", `${directory}/bin`, "--prefix", prefix, ...args]);
    await test({ directory, prefix, install });
  });
}

async function writeBinaries(directory: string, version: string): Promise<void> {
  await Deno.mkdir(`${directory}/bin`, { recursive: true });
  for (const name of ["holdfast", ...commands.map(({ name }) => name)]) {
    const script = `#!/bin/sh\necho "${name} as \${0##*/}, ${version}"\n`;
    await Deno.writeTextFile(`${directory}/bin/${name}`, script, { mode: 0o755 });
  }
}

/** Every file and link below a directory: content or target. */
async function tree(directory: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const walk = async (path: string): Promise<void> => {
    const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => []);
    for (const { name, isDirectory, isSymlink } of entries) {
      const each = `${path}/${name}`;
      if (isDirectory) await walk(each);
      else {
        found[each.slice(directory.length + 1)] = isSymlink
          ? `-> ${await Deno.readLink(each)}`
          : await Deno.readTextFile(each);
      }
    }
  };
  await walk(directory);
  return found;
}

function exits(status: number, ended: Ended, said?: RegExp): void {
  assert.equal(ended.status, status, ended.stderr);
  if (said !== undefined) assert.match(ended.stderr, said);
}

Deno.test("the plan: one binary with a link a program, pages, completions, units", () => {
  const { files, leftOut } = planInstall(values(), undefined);
  const names = commands.map(({ name }) => name);
  assert.deepEqual(files.get("bin/holdfast"), { kind: "binary", program: "holdfast" });
  for (const name of names) {
    assert.deepEqual(files.get(`bin/${name}`), { kind: "link", target: "holdfast" });
    assert.ok(files.has(`share/man/man1/${name}.1`));
    assert.ok(files.has(`share/zsh/site-functions/_${name}`));
  }
  const units = [...files.keys()].filter((path) => path.startsWith("lib/"));
  assert.equal(units.filter((path) => path.includes("/golden-")).length, 6);
  assert.deepEqual(units.filter((path) => !path.includes("/golden-")), [
    "lib/systemd/user/chezmoi-sync.service",
    "lib/systemd/user/chezmoi-sync.timer",
  ]);
  assert.equal(leftOut.length, 6);
});

Deno.test("the plan with --separate: a binary each, no link", () => {
  const { files } = planInstall(values({ separate: true }), undefined);
  const bin = [...files].filter(([path]) => path.startsWith("bin/"));
  assert.equal(bin.length, commands.length);
  for (const [path, content] of bin) {
    assert.deepEqual(content, { kind: "binary", program: path.slice("bin/".length) });
  }
});

Deno.test("with a person and a repository every unit of nix/units is there, filled", () => {
  const given = { repo, stateDir: "/var/lib/golden", loaderMounts: ["/boot", "/efi"] };
  const { files, leftOut } = planInstall(values(given), rain);
  assert.deepEqual(leftOut, []);
  const units = [...files].filter(([path]) => path.startsWith("lib/systemd/"));
  const names = units.map(([path]) => path.replace(/.*\//, "")).sort();
  const shipped = [...Deno.readDirSync(new URL("../../nix/units", import.meta.url))];
  assert.deepEqual(names, shipped.map(({ name }) => name).sort());
  const text = units.map(([, content]) => content.kind === "text" ? content.text : "").join("\n");
  assert.doesNotMatch(text, /@[a-zA-Z]+@/);
  assert.match(text, /^ExecStart=\/usr\/local\/bin\/host-commit$/m);
  assert.match(text, /^ReadWritePaths=\/home\/rain -\/home\/rain\/nix-config$/m);
  assert.match(text, /^WantsMountsFor=\/boot \/efi$/m);
  assert.match(text, /^ConditionPathExists=\/var\/lib\/golden\/trial.json$/m);
  assert.match(text, /^ConditionUser=rain$/m);
});

Deno.test("without a person the user's units are for whoever enables them", () => {
  const content = planInstall(values(), undefined).files.get(
    "lib/systemd/user/chezmoi-sync.service",
  );
  assert.ok(content?.kind === "text");
  assert.doesNotMatch(content.text, /ConditionUser|[a-z]=$/);
});

Deno.test("what is to be written into /etc/holdfast is what the programs take", () => {
  for (const [file, json] of configurations(values({ repo, stateDir: "/var/lib/x" }), rain)) {
    const of = commands.filter((command) => command.config.path === `/etc/holdfast/${file}`);
    assert.ok(of.length > 0, file);
    for (const { config } of of) parseConfig(json, file, config.options);
  }
});

Deno.test("what to do next names each unit once, and links those that systemd would not find", () => {
  const usual = planInstall(values({ repo }), rain).next;
  assert.match(usual, /systemctl enable --now auto-upgrade\.timer host-auto-commit\.timer/);
  assert.match(usual, /as rain:\n {4}systemctl --user enable --now chezmoi-sync\.timer/);
  assert.doesNotMatch(usual, /systemctl link|golden-boot-deadline\.service/);
  const apart = planInstall(values({ prefix: "/opt/holdfast" }), undefined).next;
  assert.match(apart, /systemctl link \/opt\/holdfast\/lib\/systemd\/system\/golden-boot-check/);
});

Deno.test("an installation runs, is the same a second time, and goes away as a whole", () =>
  withPlace(async ({ directory, prefix, install }) => {
    exits(0, await install());
    const first = await tree(prefix);
    assert.equal(first["bin/chezmoi-sync"], "-> holdfast");
    const { stdout } = await run([`${prefix}/bin/chezmoi-sync`]);
    assert.equal(stdout, "holdfast as chezmoi-sync, 1\n");
    const ended = await install();
    exits(0, ended, /, 0 of them new or renewed/);
    assert.deepEqual(await tree(prefix), first);

    exits(0, await install("--uninstall", "--dry-run"));
    assert.deepEqual(await tree(prefix), first);
    exits(0, await install("--uninstall"), /files were removed/);
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
      "bin",
      "usr",
    ]);
    await assert.rejects(Deno.lstat(prefix));
    exits(0, await install("--uninstall"), /nothing is installed/);
  }));

Deno.test("everybody may read and run it, under any umask", () =>
  withPlace(async ({ directory, prefix }) => {
    const argv = [...deno, "--bin-dir", `${directory}/bin`, "--prefix", prefix];
    exits(0, await run(["/bin/sh", "-c", 'umask 077 && exec "$@"', "sh", ...argv]));
    const mode = async (path: string): Promise<number> =>
      ((await Deno.stat(`${prefix}/${path}`)).mode ?? 0) & 0o777;
    for (const path of ["", "bin", "bin/holdfast", "share/man", "lib/systemd/system"]) {
      assert.equal(await mode(path), 0o755, path);
    }
    assert.equal(await mode("lib/systemd/system/golden-boot-check.service"), 0o644);
    assert.equal(await mode("share/holdfast/installed.json"), 0o644);
  }));

Deno.test("another version replaces the one before; what was said of units still holds", () =>
  withPlace(async ({ directory, prefix, install }) => {
    const other = `${directory}/repo`;
    const ended = await install("--user", "root", "--repo", other);
    exits(0, ended, /there is no directory/);
    assert.doesNotMatch(ended.stderr, /left out/);
    assert.match(ended.stdout, /config-repo\.json: \{"repo":/);
    const unit = `${prefix}/lib/systemd/system/host-auto-commit.service`;
    const before = await Deno.readTextFile(unit);
    await writeBinaries(directory, "2");
    exits(0, await install(), /as installed before: --user root\n.*--repo/);
    assert.equal(await Deno.readTextFile(unit), before);
    const { stdout } = await run([`${prefix}/bin/show-golden`]);
    assert.equal(stdout, "holdfast as show-golden, 2\n");
  }));

Deno.test("links become binaries and back, and what no version has any more is removed", () =>
  withPlace(async ({ prefix, install }) => {
    exits(0, await install());
    exits(0, await install("--separate"), /removed.*bin\/holdfast/);
    const { stdout } = await run([`${prefix}/bin/show-golden`]);
    assert.equal(stdout, "show-golden as show-golden, 1\n");
    await assert.rejects(Deno.lstat(`${prefix}/bin/holdfast`));
    exits(0, await install());
    assert.equal(await Deno.readLink(`${prefix}/bin/show-golden`), "holdfast");
  }));

Deno.test("a file that is not ours is refused, and nothing is changed", () =>
  withPlace(async ({ prefix, install }) => {
    await Deno.mkdir(`${prefix}/bin`, { recursive: true });
    await Deno.writeTextFile(`${prefix}/bin/host-commit`, "somebody's own\n");
    await Deno.symlink("elsewhere", `${prefix}/bin/holdfast`);
    const before = await tree(prefix);
    const ended = await install();
    exits(3, ended, /not installed by this task: \S+\/bin\/holdfast \S+\/bin\/host-commit\n/);
    assert.match(ended.stderr, /hint: move it away/);
    assert.deepEqual(await tree(prefix), before);
    exits(3, await install("--dry-run"));
  }));

Deno.test("a file that was edited is neither replaced nor removed", () =>
  withPlace(async ({ prefix, install }) => {
    exits(0, await install("--user", "root"), /left out, for want of --repo DIR: auto-upgrade/);
    const unit = `${prefix}/lib/systemd/system/golden-boot-check.service`;
    await Deno.writeTextFile(unit, "# edited\n", { append: true });
    const before = await tree(prefix);
    const ended = await install("--state-dir", "/var/lib/other");
    exits(3, ended, /edited since it was installed: \S+golden-boot-check\.service/);
    assert.match(ended.stderr, /systemctl edit/);
    assert.deepEqual(await tree(prefix), before);
    exits(0, await install("--uninstall"), /kept: \S+golden-boot-check\.service/);
    const path = unit.slice(prefix.length + 1);
    assert.deepEqual(await tree(prefix), { [path]: before[path] });
  }));

Deno.test("units that are enabled are not taken from under a host", () =>
  withPlace(async ({ directory, install }) => {
    const at = ["--destdir", `${directory}/root`, "--prefix", "/usr/local"];
    exits(0, await install(...at));
    const wants = `${directory}/root/etc/systemd/system/sysinit.target.wants`;
    await Deno.mkdir(wants, { recursive: true });
    const unit = "golden-boot-check.service";
    await Deno.symlink(`/usr/local/lib/systemd/system/${unit}`, `${wants}/${unit}`);
    const ended = await install(...at, "--uninstall");
    exits(3, ended, /units are enabled: golden-boot-check\.service/);
    assert.match(ended.stderr, /hint: systemctl disable --now golden-boot-check\.service/);
    await Deno.remove(`${wants}/${unit}`);
    exits(0, await install(...at, "--uninstall"));
  }));

Deno.test("a destdir is nowhere inside of the files", () =>
  withPlace(async ({ directory, install }) => {
    const destdir = `${directory}/package`;
    const whom = ["--user", "rain-of-nowhere", "--repo", "/srv/repo"];
    const at = ["--destdir", destdir, "--prefix", "/usr/local"];
    exits(2, await install(...at, ...whom), /no user "rain-of-nowhere"[^]*--home/);
    await assert.rejects(Deno.lstat(destdir));
    exits(0, await install(...at, ...whom, "--home", "/home/rain"));
    for (const [path, text] of Object.entries(await tree(destdir))) {
      assert.ok(!text.includes(directory), path);
    }
  }));

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a relative prefix", ["--prefix", "usr"], /--prefix: "usr" should be an absolute path/],
  ["a prefix that goes up", ["--prefix", "/usr/../etc"], /should be an absolute path/],
  ["a prefix no unit can name", ["--prefix", "/a b"], /should be an absolute path/],
  ["a relative destdir", ["--destdir", "package"], /--destdir: "package" should be/],
  ["a place nobody can write to", ["--prefix", "/proc/holdfast"], /cannot write to \/proc/],
  ["a prefix below a file", ["--prefix", "/etc/passwd/x"], /\/etc\/passwd is no directory/],
  ["an unknown user", ["--user", "rain-of-nowhere"], /there is no user "rain-of-nowhere"/],
  ["no name of a user", ["--user", "a b"], /--user: "a b" should be/],
  ["a repository of nobody", ["--repo", "/srv/repo"], /--repo needs --user/],
  ["a home of nobody", ["--home", "/home/x"], /--home needs --user/],
  ["a home that this host knows", ["--user", "root", "--home", "/x"], /--home is for --destdir/],
  ["a time that is none", ["--commit-schedule", "daily\nUser=root"], /should be a time/],
  ["an unknown option", ["--prefxi", "/usr"], /unknown option/],
  ["an operand", ["everything"], /unexpected argument/],
  ["no binaries", ["--bin-dir", "/var/empty"], /\/var\/empty has no holdfast/],
];

for (const [what, args, said] of wrong) {
  Deno.test(`refused with nothing changed: ${what}`, () =>
    withPlace(async ({ prefix, install }) => {
      exits(2, await install(...args), said);
      await assert.rejects(Deno.lstat(prefix));
    }));
}

Deno.test("whoever may not write there is told so, and nothing is changed", {
  ignore: Deno.uid() !== 0,
}, () =>
  withPlace(async ({ directory, prefix }) => {
    await Deno.chmod(directory, 0o755);
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const script = `${directory}/install.js`;
    await bundle(task, script);
    const env = { HOME: "/nonexistent", DENO_DIR: `${directory}/none` };
    const argv = [Deno.execPath(), "run", "-A", "--no-config", script];
    const ended = await run([...nobody, ...argv, "--prefix", prefix], env);
    exits(2, ended, /cannot write to \S+; nothing was changed\nhint: run it as root/);
    await assert.rejects(Deno.lstat(prefix));
  }));

Deno.test("of two at a time the second is told so", () =>
  withPlace(async ({ prefix, install }) => {
    exits(0, await install());
    using directory = await Deno.open(`${prefix}/share/holdfast`);
    await directory.lock(true);
    exits(75, await install(), /busy/);
    exits(75, await install("--uninstall"), /busy/);
  }));

Deno.test("a manifest that is none, or would lead out of the prefix, is not followed", () =>
  withPlace(async ({ prefix, install }) => {
    const path = `${prefix}/share/holdfast/installed.json`;
    exits(0, await install());
    const manifest = JSON.parse(await Deno.readTextFile(path));
    for (const name of ["../../bin/holdfast", "/etc/passwd", "bin/../../x", ""]) {
      const files = { ...manifest.files, [name]: [] };
      await Deno.writeTextFile(path, JSON.stringify({ ...manifest, files }));
      exits(3, await install("--uninstall"), /no list of what was installed/);
    }
    await Deno.writeTextFile(path, "{");
    exits(3, await install(), /no list of what was installed/);
  }));

Deno.test("killed at any of its writes: the next run completes it, and it can be uninstalled", () =>
  withPlace(async ({ directory, prefix, install }) => {
    const { directory: tools } = await systemPrograms();
    const PATH = [tools, Deno.env.get("PATH")].filter(Boolean).join(":");
    exits(0, await install());
    const old = `${directory}/old`;
    const copy = async (from: string, to: string): Promise<void> =>
      exits(0, await run(["cp", "--archive", from, to]));
    await copy(prefix, old);
    await writeBinaries(directory, "2");
    const changed = ["--state-dir", "/var/lib/other"];
    exits(0, await install(...changed));
    const whole = await tree(prefix);
    // The manifest, the binary, the six units, the manifest again.
    for (const [at, before] of [[1, "1"], [2, "1"], [3, "2"], [9, "2"]] as const) {
      await Deno.remove(prefix, { recursive: true });
      await copy(old, prefix);
      const renames = "rename,renameat,renameat2";
      const kill = `inject=${renames}:signal=KILL:when=${at}`;
      const strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${renames}`,
        "-e",
        kill,
      ];
      const argv = [...deno, "--bin-dir", `${directory}/bin`, "--prefix", prefix, ...changed];
      const killed = await run([...strace, ...argv], { PATH });
      assert.equal(killed.status, 137, `${at}: ${killed.stderr}`);
      assert.match((await tree(prefix))["bin/holdfast"] ?? "", new RegExp(`, ${before}`), `${at}`);
      if (at === 3) {
        // Half old, half new: all of it is known for ours.
        const uninstalled = await install("--uninstall");
        exits(0, uninstalled);
        assert.doesNotMatch(uninstalled.stderr, /kept/);
        await assert.rejects(Deno.lstat(prefix));
      }
      exits(0, await install(...changed));
      assert.deepEqual(await tree(prefix), whole, `${at}`);
    }
    for (const ours of readManifest(prefix).files.values()) assert.equal(ours.length, 1);
  }));

Deno.test("systemd has nothing to say against the installed units", () =>
  withPlace(async ({ directory, prefix, install }) => {
    exits(0, await install("--user", "root", "--repo", directory));
    const { directory: tools } = await systemPrograms();
    const PATH = [tools, Deno.env.get("PATH")].filter(Boolean).join(":");
    for (const kind of ["system", "user"]) {
      const units = `${prefix}/lib/systemd/${kind}`;
      const paths = [...Deno.readDirSync(units)].map(({ name }) => `${units}/${name}`);
      const options = [`--${kind}`, "--man=no", "--recursive-errors=one"];
      const env = { PATH, LC_ALL: "C.UTF-8", XDG_RUNTIME_DIR: directory };
      const { stderr } = await run(["systemd-analyze", "verify", ...options, ...paths], env);
      // The tools come without the units of a user's service manager, which it misses.
      const said = stderr.split("\n").filter((line) => /\/usr\/local\/|golden|chezmoi/.test(line));
      assert.deepEqual(said, []);
      if (kind === "system") assert.equal(stderr, "");
    }
  }));

Deno.test("--help tells every option", async () => {
  const { status, stdout } = await run([...deno, "--help"]);
  assert.equal(status, 0);
  for (const flag of ["--prefix", "--destdir", "--separate", "--user", "--repo", "--uninstall"]) {
    assert.ok(stdout.includes(`  ${flag}`), flag);
  }
  assert.doesNotMatch(stdout, /Configuration:|Usage: holdfast/);
});
