import assert from "node:assert/strict";
import { GoldenHost } from "../support/golden_host.ts";

/** Calls that change the file system or make a change durable, of all threads and programs. */
const changing = "openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,symlink," +
  "symlinkat,link,linkat,truncate,ftruncate,chmod,fchmod,fchmodat,fsync,fdatasync,write,pwrite64";

/** What a program does to the state directory, one word each. */
async function changesOf(host: GoldenHost, program: string): Promise<string[]> {
  const log = `${host.root}/strace`;
  // Descriptors with their paths, so that a write tells where to.
  const strace = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", `trace=${changing}`, "-o", log];
  const argv = [...host.argv(program), "--config", host.configFile];
  const { status, stderr } = await host.run([...strace, ...argv]);
  assert.equal(status, 0, stderr);
  const lines = (await Deno.readTextFile(log)).split("\n").filter((line) =>
    line.includes(host.stateDir) && !/= -1 E/.test(line) && !line.includes(`${host.stateDir}/lock`)
  );
  return lines.flatMap((line) => {
    const call = /^\d+\s+(\w+)\(/.exec(line)?.[1] ?? line;
    if (call === "openat") return line.includes("O_CREAT") ? ["create"] : [];
    return [call];
  });
}

/** Durable and atomic, and nothing beside it: file, its content, its name, the directory. */
const oneWrite = ["create", "write", "fsync", "rename", "fsync"];

Deno.test("with a trial open the check writes one state file, once", async () => {
  await using host = await GoldenHost.create();
  await host.begin();
  await host.program("golden-boot-validate");
  await host.install(await host.toplevel("second"));
  await host.powerOn();
  assert.deepEqual(await changesOf(host, "golden-boot-check"), oneWrite);
  assert.deepEqual(await changesOf(host, "golden-boot-check"), [], "a soft-reboot changes nothing");
});

Deno.test("what only looks writes nothing", async () => {
  await using host = await GoldenHost.create();
  await host.begin();
  await host.program("golden-boot-validate");
  for (const program of ["show-golden", "show-boot-status", "golden-boot-check"]) {
    assert.deepEqual(await changesOf(host, program), [], program);
  }
});

Deno.test("a passed trial writes what is golden and removes the trial", async () => {
  await using host = await GoldenHost.create();
  await host.begin();
  await host.program("golden-boot-validate");
  await host.install(await host.toplevel("second"));
  await host.powerOn();
  await host.program("golden-boot-check");
  assert.deepEqual(await changesOf(host, "golden-boot-validate"), [...oneWrite, "unlink", "fsync"]);
});
