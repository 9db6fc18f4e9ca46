import assert from "node:assert/strict";
import fc from "fast-check";
import * as files from "../../src/host/files.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

const fixtures = new URL("fixtures/", import.meta.url).pathname;
const instant = new Date("2026-01-02T03:04:05.678Z");
/** A directory in which nobody creates files, root included. */
const unwritable = "/sys/kernel";

Deno.test("what is missing is undefined, what cannot be read is an error", async () => {
  await inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    for (const missing of [`${directory}/none`, `${directory}/none/x`, `${directory}/file/x`]) {
      assert.equal(files.readText(missing), undefined);
      assert.equal(files.readBytes(missing), undefined);
      assert.equal(files.lstat(missing), undefined);
      assert.equal(files.stat(missing), undefined);
      assert.deepEqual(files.namesIn(missing), []);
      files.touch(missing, instant);
      files.removeDurably(missing);
    }
    assert.throws(() => files.readText(directory));
    assert.throws(() => files.readBytes(directory));
    assert.throws(() => files.removeDurably(unwritable));
  });
});

Deno.test("lstat sees the link and stat what it leads to", async () => {
  await inTemporaryDirectory(async (directory) => {
    await Deno.symlink("nowhere", `${directory}/link`);
    assert.equal(files.lstat(`${directory}/link`)?.isSymlink, true);
    assert.equal(files.stat(`${directory}/link`), undefined);
  });
});

Deno.test("the names in a directory are sorted", async () => {
  await inTemporaryDirectory(async (directory) => {
    for (const name of ["b", ".a", "c d"]) await Deno.writeTextFile(`${directory}/${name}`, "");
    assert.deepEqual(files.namesIn(directory), [".a", "b", "c d"]);
  });
});

Deno.test("a new directory and its new parents are their owner's alone", async () => {
  await inTemporaryDirectory((directory) => {
    files.makeDirectory(`${directory}/one/two`);
    files.makeDirectory(`${directory}/one/two`);
    for (const made of ["one", "one/two"]) {
      assert.equal(modeOf(`${directory}/${made}`), 0o700);
    }
  });
});

for (
  const [path, parent] of [
    ["/a/b", "/a"],
    ["/a/b/", "/a"],
    ["/a", "/"],
    ["a/b", "a"],
    ["a", "."],
  ] as const
) {
  Deno.test(`the parent of ${path} is ${parent}`, () => {
    assert.equal(files.parentOf(path), parent);
  });
}

Deno.test("a text written durably is what is read back, whatever was there before", async () => {
  await inTemporaryDirectory((directory) => {
    const path = `${directory}/state`;
    const text = fc.string({ unit: "grapheme", maxLength: 2000 });
    fc.assert(
      fc.property(text, (written) => {
        files.writeDurably(path, written);
        assert.equal(files.readText(path), written);
      }),
      { numRuns: 50, examples: [[""], ["\ufeffmarked"]] },
    );
    assert.deepEqual(files.namesIn(directory), ["state"]);
  });
});

Deno.test("a file written durably has the mode asked for, its owner's alone by default", async () => {
  await inTemporaryDirectory((directory) => {
    const path = `${directory}/state`;
    files.writeDurably(path, "");
    assert.equal(modeOf(path), 0o600);
    files.writeDurably(path, "", 0o644);
    assert.equal(modeOf(path), 0o644);
    files.writeDurably(path, "");
    assert.equal(modeOf(path), 0o600);
  });
});

Deno.test("a write that fails leaves the old file and no temporary one", async () => {
  await inTemporaryDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/occupied/by`, { recursive: true });
    assert.throws(() => files.writeDurably(`${directory}/occupied`, "text"));
    assert.deepEqual(files.namesIn(directory), ["occupied"]);
    assert.throws(() => files.writeDurably(`${unwritable}/state`, "text"));
    assert.throws(() => files.writeDurably(`${directory}/none/state`, "text"));
  });
});

Deno.test("a write that runs out of space leaves the old file and no temporary one", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/state`;
    files.writeDurably(path, "old");
    // A bound on file sizes, in kilobytes, stands in for the full disk.
    const script = `trap "" XFSZ; ulimit -f 4096; exec "$@"`;
    const writer = [Deno.execPath(), "run", "-A", `${fixtures}write_once.ts`, path, "8000000"];
    const { success, stderr } = await new Deno.Command("bash", {
      args: ["-c", script, "bash", ...writer],
    }).output();
    assert.equal(success, false);
    assert.match(new TextDecoder().decode(stderr), /File too large/);
    assert.equal(files.readText(path), "old");
    assert.deepEqual(files.namesIn(directory), ["state"]);
  });
});

Deno.test("a reader sees a whole text, wherever SIGKILL meets the writer", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/state`;
    const length = 4_000_000;
    for (let round = 0; round < 12; round++) {
      const writer = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", `${fixtures}rewrite_forever.ts`, path, String(length)],
        stdout: "piped",
      }).spawn();
      const reader = writer.stdout.getReader();
      await reader.read();
      // A moment anywhere within a few writes is the very thing to try.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      writer.kill("SIGKILL");
      await writer.status;
      await reader.cancel();
      const text = files.readText(path);
      assert.match(text ?? "", /^(a+|b+)$/);
      assert.equal(text?.length, length);
    }
    // What a killed writer left stands in nobody's way, and is gone with the next write.
    await Deno.writeTextFile(`${path}.tmp`, "left over, and longer than the new text");
    files.writeDurably(path, "new");
    assert.equal(files.readText(path), "new");
    assert.deepEqual(files.namesIn(directory), ["state"]);
  });
});

Deno.test("a durable removal removes, once and again", async () => {
  await inTemporaryDirectory((directory) => {
    files.writeDurably(`${directory}/state`, "");
    files.removeDurably(`${directory}/state`);
    files.removeDurably(`${directory}/state`);
    assert.deepEqual(files.namesIn(directory), []);
  });
});

Deno.test("a file kept aside lies beside itself, named by the time, text untouched", async () => {
  await inTemporaryDirectory((directory) => {
    files.writeDurably(`${directory}/state`, "{ broken");
    const aside = files.keepAside(`${directory}/state`, instant.toISOString());
    assert.equal(aside, `${directory}/state.corrupt-2026-01-02T03-04-05-678Z`);
    assert.equal(files.readText(aside), "{ broken");
    assert.equal(files.readText(`${directory}/state`), undefined);
  });
});

Deno.test("touch sets the times and nothing else", async () => {
  await inTemporaryDirectory((directory) => {
    files.writeDurably(`${directory}/file`, "text");
    files.touch(`${directory}/file`, instant);
    assert.equal(files.stat(`${directory}/file`)?.mtime?.getTime(), instant.getTime());
    assert.equal(files.readText(`${directory}/file`), "text");
  });
});

Deno.test("a directory is writable when a file can be made in it, which leaves none", async () => {
  await inTemporaryDirectory((directory) => {
    assert.equal(files.isWritable(directory), true);
    assert.deepEqual(files.namesIn(directory), []);
    assert.equal(files.isWritable(`${directory}/none`), false);
    assert.equal(files.isWritable(unwritable), false);
  });
});

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}
