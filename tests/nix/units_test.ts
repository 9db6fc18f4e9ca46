import assert from "node:assert/strict";
import { renderUnits, usualUnitValues } from "../../src/build/units.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { evaluate, run } from "./evaluate.ts";
import { renderedHost, usual } from "./host.ts";

/** A host with everything on, and two people. */
const everything = {
  dotfiles: {
    repoUrl: "git@example.org:rain/dotfiles.git",
    users: { rain: { repoUrl: null }, ada: { repoUrl: "https://example.org/a%20b.git" } },
    timer: "hourly",
  },
  git: { enable: true },
  upgrade: { enable: true },
};

const host = await renderedHost(everything);
const all = { ...host.units, ...host.userUnits };

Deno.test("a host has the units that the user's texts name, and a second person's beside them", () => {
  assert.deepEqual(Object.keys(host.units).sort(), [
    "auto-upgrade.service",
    "auto-upgrade.timer",
    "chezmoi-pre-update-ada.service",
    "chezmoi-pre-update.service",
    "chezmoi-sync-manual-ada.service",
    "chezmoi-sync-manual.service",
    "golden-boot-check.service",
    "golden-boot-close.service",
    "golden-boot-deadline.service",
    "golden-boot-deadline.timer",
    "golden-boot-validate.service",
    "golden-emergency.service",
    "host-auto-commit.service",
    "host-auto-commit.timer",
  ]);
  assert.deepEqual(Object.keys(host.userUnits).sort(), [
    "chezmoi-sync-ada.service",
    "chezmoi-sync-ada.timer",
    "chezmoi-sync.service",
    "chezmoi-sync.timer",
  ]);
});

Deno.test("Nix and the build render the golden units alike: what is booted in the VM is what a host gets", async () => {
  const mounts = ["/boot", "/efi"];
  const golden = { loaderMounts: mounts };
  const { units } = await renderedHost({ golden }, { bin: "/b/bin", path: "/p/bin" });
  const { healthWindowSeconds, settleSeconds } = usual("golden");
  assert.equal(Number(healthWindowSeconds) + Number(settleSeconds), usualUnitValues.healthSeconds);
  const values = { ...usualUnitValues, loaderMounts: mounts, bin: "/b/bin", path: "/p/bin" };
  for (const [name, text] of renderUnits(values)) assert.equal(units[name], text, name);
});

Deno.test("what NixOS is given says the same as the unit's text", async () => {
  const attributes = await evaluate<Record<string, Attributes>>(
    "builtins.mapAttrs (_: (import ./lib/units.nix).attributes) given",
    all,
  );
  for (const [name, text] of Object.entries(all)) {
    assert.deepEqual(linesOf(attributes[name] ?? {}).sort(), assignments(text).sort(), name);
  }
});

Deno.test("systemd has nothing to say against the units", () =>
  inTemporaryDirectory(async (directory) => {
    const { units, userUnits } = await renderedHost(everything, { bin: directory, path: "/bin" });
    for (const name of host.programs) {
      await Deno.writeTextFile(`${directory}/${name}`, "#!/bin/sh\n", { mode: 0o755 });
    }
    for (const [scope, its] of [["--system", units], ["--user", userUnits]] as const) {
      const paths = [];
      for (const [name, text] of Object.entries(its)) {
        // The users of the test are not this machine's.
        const here = text.replace(/^User=.*/m, "User=root");
        await Deno.writeTextFile(`${directory}/${name}`, here);
        paths.push(`${directory}/${name}`);
      }
      const options = ["--man=no", "--recursive-errors=one", scope];
      // A user's service manager wants to know where its sockets would be.
      const home = ["env", `XDG_RUNTIME_DIR=${directory}`, `HOME=${directory}`];
      const { status, stderr } = await run(
        ...home,
        "systemd-analyze",
        "verify",
        ...options,
        ...paths,
      );
      // For a user it looks at the system's units, too, and finds fault with those.
      const ours = stderr.split("\n").filter((line) =>
        /chezmoi|host-auto|upgrade|golden/.test(line)
      );
      assert.deepEqual(scope === "--user" ? ours : [stderr], scope === "--user" ? [] : [""]);
      assert.equal(status, 0, stderr);
    }
  }));

/** In tenths, of 100 for a unit without any confinement; an upgrade has to be able to do a lot. */
const greatestExposure: readonly (readonly [RegExp, number])[] = [
  [/^golden-/, 40],
  [/^(chezmoi|host-auto-commit)/, 25],
  [/^auto-upgrade/, 75],
];

Deno.test("the units have as few rights as they can do with", () =>
  inTemporaryDirectory(async (directory) => {
    for (const [name, text] of Object.entries(host.units)) {
      if (!name.endsWith(".service") || name.startsWith("golden-")) continue;
      await Deno.writeTextFile(`${directory}/${name}`, text);
      const bound = greatestExposure.find(([pattern]) => pattern.test(name))?.[1];
      const argv = ["systemd-analyze", "security", "--offline=true", "--no-pager"];
      const { status, stdout } = await run(
        ...argv,
        `--threshold=${bound}`,
        `${directory}/${name}`,
      );
      const exposure = /Overall exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1];
      console.log(`${name}: exposure ${exposure}`);
      assert.ok(exposure !== undefined, name);
      assert.equal(status, 0, `${name}: exposure ${exposure}`);
    }
  }));

Deno.test("no switch of the running system restarts or stops one of the units half-way", () => {
  for (const [name, text] of Object.entries(all)) {
    if (!name.endsWith(".service")) continue;
    // NixOS's switch-to-configuration looks for it in this section; in [Unit] it says nothing.
    const service = text.split("[Service]")[1] ?? "";
    assert.match(service, /\nX-RestartIfChanged=false\n/, name);
  }
  assert.match(host.units["golden-boot-deadline.timer"] ?? "", /\nX-OnlyManualStart=true\n/);
});

Deno.test("an upgrade runs after each person's sync, and is not started by it", () => {
  for (const name of ["chezmoi-pre-update.service", "chezmoi-pre-update-ada.service"]) {
    const text = host.units[name] ?? "";
    assert.match(text, /\nBefore=auto-upgrade\.service\n/);
    assert.match(text, /\nWantedBy=auto-upgrade\.service\n/);
  }
  assert.match(host.units["auto-upgrade.service"] ?? "", /\nStateDirectory=holdfast\n/);
});

Deno.test("started by hand the first person's sync brings the others along; each runs as its own", () => {
  const first = host.units["chezmoi-sync-manual.service"] ?? "";
  const second = host.units["chezmoi-sync-manual-ada.service"] ?? "";
  assert.match(first, /\nWants=chezmoi-sync-manual-ada\.service\n/);
  assert.match(first, /\nUser=rain\n[^]*\nReadWritePaths=\/home\/rain -\/var\/lib\/chezmoi-sync\n/);
  assert.doesNotMatch(second, /Wants=chezmoi/);
  assert.match(second, /\nUser=ada\n[^]*\nReadWritePaths=\/home\/ada\n/);
  // A percent sign is systemd's own unless it is doubled.
  assert.match(
    second,
    /\nExecStart=\S+chezmoi-sync --repo-url https:\/\/example\.org\/a%%20b\.git\n/,
  );
  assert.match(host.tmpfiles.join(), /^d \/var\/lib\/chezmoi-sync 0700 rain /);
});

Deno.test("a remote that lies on the host itself can be written to", async () => {
  const users = { rain: { repoUrl: null }, ada: { repoUrl: "/srv/ada.git" } };
  const dotfiles = { repoUrl: "file:///mnt/disk/rain.git", users };
  const { units } = await renderedHost({ dotfiles });
  const writable = (name: string): string =>
    /ReadWritePaths=(.*)/.exec(units[`${name}.service`] ?? "")?.[1] ?? "";
  assert.equal(
    writable("chezmoi-pre-update"),
    "/home/rain -/var/lib/chezmoi-sync -/mnt/disk/rain.git",
  );
  assert.equal(writable("chezmoi-pre-update-ada"), "/home/ada -/srv/ada.git");
});

Deno.test("the pre-switch check reads the new system's configuration, not the one it replaces", () => {
  assert.equal(
    host.preSwitchCheck,
    'exec /bin/golden-mark-pending --config "$1/etc/holdfast/golden.json" "$1" "$2"\n',
  );
});

Deno.test("an unknown placeholder is told, and a line it alone made empty is left out", async () => {
  const unit = '(import ./lib/units.nix).render "chezmoi-sync.timer" given';
  await assert.rejects(evaluate(unit, { user: "rain" }), /nothing is known for @schedule@/);
  const text = await evaluate<string>(unit, { user: "", schedule: "daily" });
  assert.doesNotMatch(text, /ConditionUser/);
});

/** What `attributes` makes of a unit. */
interface Attributes {
  readonly [key: string]: unknown;
}

const lists: Readonly<Record<string, string>> = {
  after: "After",
  before: "Before",
  conflicts: "Conflicts",
  onFailure: "OnFailure",
  requires: "Requires",
  wants: "Wants",
  documentation: "Documentation",
  wantedBy: "WantedBy",
  requiredBy: "RequiredBy",
};

/** One assignment a line again; of lists one word a line. */
function linesOf(attributes: Attributes): string[] {
  return Object.entries(attributes).flatMap(([key, value]): string[] => {
    const list = lists[key];
    if (list !== undefined) return (value as string[]).map((word) => `${list}=${word}`);
    if (key === "description") return [`Description=${value}`];
    if (key === "restartIfChanged") return [`X-RestartIfChanged=${value}`];
    if (key === "stopIfChanged") return [`X-StopIfChanged=${value}`];
    if (key === "environment") {
      return Object.entries(value as object).map(([name, text]) => `Environment=${name}=${text}`);
    }
    return Object.entries(value as Record<string, string | string[]>).flatMap(([name, given]) =>
      [given].flat().map((each) => `${name}=${each}`)
    );
  });
}

function assignments(text: string): string[] {
  const splitting = new RegExp(`^(${Object.values(lists).join("|")}|Environment)=(.*)`);
  return text.split("\n").filter((line) => /^[A-Z]/.test(line)).flatMap((line) => {
    const found = splitting.exec(line);
    if (found === null) return [line];
    return (found[2] ?? "").split(" ").filter(Boolean).map((word) => `${found[1]}=${word}`);
  });
}
