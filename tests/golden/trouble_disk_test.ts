/** A state directory on a disk that is full or cannot be written, as the kernel has it. */
import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import type { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";
import { exits, healthy, onLastChance } from "./tools_scene.ts";
import { type Stage, Stages } from "./tools_snapshot.ts";

/** Mounts in a name space of its own, where the program is run; what it left is copied out. */
const mounted = `
state=$1 kind=$2 copy=$3
shift 3
cp -a "$state" "$copy.before"
if [ "$kind" = full ]; then
  mount -t tmpfs -o size=64k,mode=755 tmpfs "$state"
  cp -a "$copy.before/." "$state"
  dd if=/dev/zero of="$state/fill" bs=1k 2>"$copy.log" || :
else
  mount --bind "$state" "$state"
  mount -o remount,bind,ro "$state"
fi
code=0
"$@" || code=$?
cp -a "$state" "$copy"
rm -f "$copy/fill"
exit "$code"
`;

async function onDisk(
  host: GoldenHost,
  kind: "full" | "read-only",
  argv: readonly string[],
): Promise<Ended> {
  const copy = `${host.root}/copy-${kind}-${crypto.randomUUID().slice(0, 8)}`;
  // An ordinary user may mount in a user's name space.
  const unshare = ["unshare", "--mount", ...(Deno.uid() === 0 ? [] : ["--map-root-user"])];
  const shell = ["sh", "-euc", mounted, "sh", host.stateDir, kind, copy];
  const ended = await host.run([...unshare, ...shell, ...argv]);
  assert.deepEqual(await treeOf(copy, ["lock"]), await treeOf(`${copy}.before`, ["lock"]));
  return ended;
}

/** The programs that write, when, what they cannot do then, and whether that boot is healthy. */
const writers: readonly (readonly [string, Stage, string, boolean])[] = [
  ["golden-mark-pending update boot", "golden", "record the trial", true],
  ["golden-boot-check", "on trial", "record the trial", true],
  ["golden-boot-check", "lost", "record the trial", true],
  ["golden-boot-validate", "first boot", "record what is golden", true],
  ["golden-boot-validate", "checked", "record what is golden", true],
  ["golden-boot-validate", "checked", "record the trial", false],
  ["golden-boot-validate", "last chance", "record the trial", false],
  ["golden-boot-validate --close", "last chance", "record the trial", true],
  ["pin-golden", "on trial", "record what is golden", true],
  ["rollback-to-golden --yes --reboot", "on trial", "record the trial", true],
];

for (const kind of ["full", "read-only"] as const) {
  Deno.test(`on a ${kind} disk nothing is changed, said in one clear line, and nothing reboots`, async (t) => {
    await using stages = await Stages.play();
    const { host } = stages;
    for (const [line, stage, what, isHealthy] of writers) {
      await t.step(`${line}, ${stage}`, async () => {
        await stages.at(stage);
        await healthy(host, isHealthy);
        const [name = "", ...args] = line.split(" ");
        const before = [await host.loaderDefault(), await host.profile()];
        const argv = [...host.argv(name), "--config", host.configFile, ...args];
        const { status, stderr } = await onDisk(host, kind, argv);
        assert.ok(status === 1 || status === 2, `exit ${status}: ${stderr}`);
        const why = kind === "full" ? "No space left on device" : "Read-only file system";
        const lines = stderr.split("\n").filter((it) => it.startsWith("error: "));
        assert.ok(lines.some((it) => it.includes(why)), stderr);
        const trouble = kind === "full" ? `cannot ${what}` : "cannot ";
        assert.ok(lines.some((it) => it.includes(trouble)), stderr);
        assert.doesNotMatch(stderr, /run it as root/);
        assert.equal(await host.reboots(), 0);
        assert.deepEqual([await host.loaderDefault(), await host.profile()], before);
      });
    }
  });
}

Deno.test("corrupt state on a read-only disk stays, and is not acted upon", async () => {
  await using scene = await onLastChance();
  const { host } = scene;
  await healthy(host, false);
  await Deno.writeTextFile(`${host.stateDir}/trial.json`, "{");
  const argv = [...host.argv("golden-boot-check"), "--config", host.configFile];
  const said = exits(1, await onDisk(host, "read-only", argv));
  assert.match(said, /Read-only file system/);
  assert.equal(await Deno.readTextFile(`${host.stateDir}/trial.json`), "{");
  assert.equal(await host.reboots(), 0);
});
