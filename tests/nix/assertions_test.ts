import assert from "node:assert/strict";
import { evaluate } from "./evaluate.ts";
import { usual, type Values } from "./host.ts";

interface Assertion {
  readonly assertion: boolean;
  readonly message: string;
}

/** What an assertion is given, and what is wrong with it. */
type Case = readonly [what: string, about: string, facts: Values, says: RegExp | undefined];

const golden = {
  cfg: usual("golden"),
  kernelParams: ["quiet"],
  bootCounting: { enable: false, tries: 3 },
  fileSystems: { "/": "ext4" },
  systemdVersion: "257.9",
  grub: { enable: false, default: 0 },
};
const upgrade = { cfg: usual("upgrade"), fileSystems: { "/": "ext4" }, nixosUpgrades: false };
const dotfiles = {
  cfg: { ...usual("dotfiles"), repoUrl: "git@example.org:x.git" },
  users: ["rain", "root"],
};
const configRepo = { git: usual("git"), needed: true, users: ["rain"] };
const counting = { enable: true, tries: 5 };
const golden_ = (more: Values): Values => ({ ...golden, ...more });
const upgrade_ = (more: Values): Values => ({ ...upgrade, cfg: { ...upgrade.cfg, ...more } });
const dotfiles_ = (more: Values): Values => ({ ...dotfiles, cfg: { ...dotfiles.cfg, ...more } });

const cases: readonly Case[] = [
  ["an ordinary host", "golden", golden, undefined],
  [
    "state on tmpfs",
    "golden",
    golden_({ fileSystems: { "/": "tmpfs", "/nix": "ext4" } }),
    /\/var\/lib\/golden-generation is on \/, a tmpfs.*fileSystems\."\/var\/lib\/golden-generation"/,
  ],
  [
    "a tmpfs root with persistent state",
    "golden",
    golden_({ fileSystems: { "/": "tmpfs", "/var/lib": "btrfs" } }),
    undefined,
  ],
  [
    "a persistent directory whose name only begins the same",
    "golden",
    golden_({ fileSystems: { "/": "tmpfs", "/var/lib/golden": "btrfs" } }),
    /a tmpfs/,
  ],
  [
    "panic= without boot counting",
    "golden",
    golden_({ kernelParams: ["panic=10"] }),
    /with panic=10 .*bootCounting\.enable/,
  ],
  ["panic= that reboots at once", "golden", golden_({ kernelParams: ["panic=-1"] }), /panic=-1/],
  ["panic=0, which waits", "golden", golden_({ kernelParams: ["panic=0"] }), undefined],
  [
    "panic= with boot counting",
    "golden",
    golden_({ kernelParams: ["panic=10"], bootCounting: counting }),
    undefined,
  ],
  [
    "too few tries",
    "golden",
    golden_({ bootCounting: { ...counting, tries: 3 } }),
    /after 3 tries.*bootCounting\.tries = 5/,
  ],
  ["an old systemd", "golden", golden_({ systemdVersion: "256.10" }), /256\.10.*NixOS 25\.05/],
  [
    "GRUB with the last choice",
    "golden",
    golden_({ grub: { enable: true, default: "saved" } }),
    /boot\.loader\.grub\.default = 0/,
  ],
  [
    "a boot loader nobody knows",
    "golden",
    golden_({ cfg: { ...golden.cfg, bootLoader: null } }),
    /goldenGeneration\.bootLoader/,
  ],
  ["an ordinary upgrade", "upgrade", upgrade, undefined],
  [
    "upgrades on tmpfs",
    "upgrade",
    { ...upgrade, fileSystems: { "/": "tmpfs" } },
    /var\/lib\/holdfast/,
  ],
  ["a remote without a flake", "upgrade", upgrade_({ mode: "remote" }), /autoUpgrade\.flake = /],
  ["a flake without remote", "upgrade", upgrade_({ flake: "github:a/b" }), /mode = "remote"/],
  ["no build before", "upgrade", upgrade_({ buildBeforeSwitch: false }), /Take buildBeforeSwitch/],
  [
    "NixOS's upgrades",
    "upgrade",
    { ...upgrade, nixosUpgrades: true },
    /system\.autoUpgrade\.enable/,
  ],
  ["a window for no reboot", "upgrade", upgrade_({ rebootWindow: "02:00-03:00" }), /rebootPolicy/],
  [
    "rebuilds on tmpfs",
    "rebuild",
    { fileSystems: { "/var": "tmpfs" } },
    /rebuild\.smart: \/var\/lib/,
  ],
  ["ordinary dotfiles", "dotfiles", dotfiles, undefined],
  ["no repository", "dotfiles", dotfiles_({ repoUrl: null }), /for rain.*chezmoiSync\.repoUrl = /],
  [
    "a repository of each",
    "dotfiles",
    dotfiles_({ repoUrl: null, users: { rain: { repoUrl: "x" } } }),
    undefined,
  ],
  ["nobody", "dotfiles", dotfiles_({ users: {} }), /chezmoiSync\.users = \[/],
  [
    "a person who is no user",
    "dotfiles",
    dotfiles_({ users: { rain: { repoUrl: null }, eve: { repoUrl: null } } }),
    /no user eve.*users\.users\.eve/,
  ],
  ["a stranger first", "dotfiles", dotfiles_({ primaryUser: "root" }), /primaryUser is none/],
  [
    "secrets without sops-nix",
    "secrets",
    { cfg: { secrets: { x: {} } }, hasSops: false },
    /sops-nix\.nixosModules\.sops/,
  ],
  ["secrets with it", "secrets", { cfg: { secrets: { x: {} } }, hasSops: true }, undefined],
  ["an ordinary repository", "configRepo", configRepo, undefined],
  ["an owner who is no user", "configRepo", { ...configRepo, users: [] }, /gitManagement\.user = /],
  [
    "no owner, where nothing asks for one",
    "configRepo",
    { ...configRepo, git: { user: null, repoPath: null }, needed: false },
    undefined,
  ],
  [
    "no repository path",
    "configRepo",
    { ...configRepo, git: { user: "rain", repoPath: null } },
    /repoPath = /,
  ],
];

const found = await evaluate<readonly (readonly Assertion[])[]>(
  "map (each: (import ./lib/assertions.nix).${each.about} each.facts) given",
  cases.map(([, about, facts]) => ({ about, facts })),
);

for (const [at, [what, about, , says]] of cases.entries()) {
  Deno.test(`${about}: ${what} is ${says === undefined ? "fine" : "told, with a remedy"}`, () => {
    const failed = found[at]?.filter(({ assertion }) => !assertion).map(({ message }) => message);
    if (says === undefined) return assert.deepEqual(failed, []);
    assert.equal(failed?.length, 1, failed?.join("\n"));
    assert.match(failed[0] ?? "", says);
    assert.match(failed[0] ?? "", /\. (Set|Keep|Turn on|Use|Take|Add) /);
  });
}
