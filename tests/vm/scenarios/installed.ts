import assert from "node:assert/strict";
import { commands } from "../../../src/build/commands.ts";
import { answerPath, installedPrefix, person } from "../build/installed_files.ts";
import type { Machine } from "../machine/machine.ts";
import {
  booted,
  bootStatus,
  journal,
  reboot,
  type Scenario,
  settled,
  update,
  upWith,
} from "../scenario.ts";

/** A shell finds programs there on any host; the agent of the machine does not. */
const path = `export PATH=${installedPrefix}/bin:$PATH &&`;
const units = `${installedPrefix}/lib/systemd/system`;

/** What `deno task install` made, on a host whose units are its own and no generation's. */
export const installed: Scenario = {
  name: "what `deno task install` put in place runs: units, programs, manual pages",
  installed: true,
  run: async (machine) => {
    const { good, better } = machine.image.toplevels;
    await machine.start();
    await machine.next("up");
    await settled(machine);
    await programsAndPages(machine);
    await unitsAreSound(machine);
    await commits(machine);
    assert.equal((await bootStatus(machine)).golden, null, "something was enabled already");

    // To the letter what the task said.
    const lines =
      `sed -n 's/^ *\\(systemctl \\(daemon-reload\\|enable\\).*\\)/\\1/p' ${answerPath}`;
    const typed = await machine.succeed(lines);
    assert.match(typed, /^systemctl daemon-reload\nsystemctl enable golden-/);
    await machine.succeed(typed.replaceAll("\n", " && "), 120);
    await reboot(machine);
    await machine.next("up");
    await settled(machine);
    assert.equal((await bootStatus(machine)).golden?.path, good);

    await update(machine, "better");
    await upWith(machine, "better");
    const { golden, trial, loaderDefault } = await bootStatus(machine);
    assert.deepEqual(
      { golden: golden?.path, trial, loaderDefault },
      { golden: better, trial: null, loaderDefault: better },
    );
    const check = await machine.succeed(
      "systemctl show --property=FragmentPath,Result,ActiveState golden-boot-check.service",
    );
    assert.deepEqual(check.split("\n").sort(), [
      "ActiveState=active",
      `FragmentPath=${units}/golden-boot-check.service`,
      "Result=success",
    ]);
    assert.match(await journal(machine), /golden/);
    const link = "/etc/systemd/system/sysinit.target.wants/golden-boot-check.service";
    assert.equal(await machine.succeed(`readlink ${link}`), `${units}/golden-boot-check.service`);
    assert.deepEqual(booted(machine), ["good", "good", "better"]);
  },
};

/** Every program is found by its name, listed by the binary of all, and has a page. */
async function programsAndPages(machine: Machine): Promise<void> {
  const names = commands.map(({ name }) => name).sort();
  const help = await machine.succeed(`${path} holdfast --help`);
  assert.deepEqual([...help.matchAll(/^ {2}([a-z-]+)$/gm)].map((match) => match[1]), names);
  for (const name of names) {
    const told = await machine.succeed(
      `${path} readlink -f $(command -v ${name}) && man -w ${name}`,
    );
    assert.equal(
      told.replace(/\.gz$/, ""),
      `${installedPrefix}/bin/holdfast\n${installedPrefix}/share/man/man1/${name}.1`,
    );
  }
}

/** systemd finds the units where they are installed, and has nothing to say against them. */
async function unitsAreSound(machine: Machine): Promise<void> {
  const said = await machine.run(`systemd-analyze verify ${units}/* 2>&1`, 180);
  assert.deepEqual([said.status, said.stdout], [0, ""]);
  const found = await machine.succeed(
    `cd ${units} && systemctl show --property=FragmentPath --value * | grep .`,
  );
  const there = await machine.succeed(`ls -d ${units}/*`);
  assert.deepEqual(found.split("\n").sort(), there.split("\n").sort());
}

/** The unit of `host-commit` works in a person's repository, with that person's rights. */
async function commits(machine: Machine): Promise<void> {
  const { user, home, repo } = person;
  await machine.succeed(`chown -R ${user}:${user} ${home}`);
  const as = (command: string): string =>
    `setpriv --reuid=${user} --regid=${user} --clear-groups env HOME=${home} ${command}`;
  await machine.succeed(as(`git init --quiet --initial-branch=main ${repo}`));
  const first = "git -c user.name=rain -c user.email=rain@machine commit --quiet --allow-empty";
  await machine.succeed(as(`${first.replace("git", `git -C ${repo}`)} --message=first`));
  await machine.succeed(as(`sh -c 'echo "{ }" >${repo}/host.nix'`));
  const unit = "host-auto-commit.service";
  const { status } = await machine.run(`systemctl start ${unit}`, 240);
  const said = await machine.succeed(`journalctl --unit=${unit} --output=cat --no-pager`);
  assert.equal(status, 0, said);
  const log = await machine.succeed(as(`git -C ${repo} log --format=%s --name-only`));
  assert.equal(log, "Auto-commit from machine\n\nhost.nix\nfirst");
  assert.equal(await machine.succeed(`find ${repo} ! -user ${user}`), "");
}
