/** The files that `host-status` writes, and those of a fleet that it reads. */
import assert from "node:assert/strict";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { placeFlags, reported, status, untouched } from "./scene.ts";

const nothing = placeFlags({});

Deno.test("a page is readable by all under any umask, and replaced as a whole", () =>
  inTemporaryDirectory(async (directory) => {
    const file = `${directory}/status.html`;
    for (const umask of [0o077, 0o000, 0o022]) {
      const { status: code, stdout } = await status([...nothing, "--html", file, "--host", "b"], {
        umask,
      });
      assert.equal(code, 0);
      assert.match(stdout, /^b: nothing is in use\n/);
      const { mode, ino } = await Deno.stat(file);
      assert.equal((mode ?? 0) & 0o7777, 0o644);
      assert.match(await Deno.readTextFile(file), /^<!doctype html>[^]*<\/html>\n$/);
      await Deno.writeTextFile(file, "");
      await Deno.chmod(file, 0o600);
      await status([...nothing, "--html", "status.html"], { cwd: directory });
      assert.notEqual((await Deno.stat(file)).ino, ino);
    }
    assert.deepEqual((await Array.fromAsync(Deno.readDir(directory))).length, 1);
  }));

Deno.test("what is no file is never replaced by a page, and a failure leaves nothing behind", () =>
  inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/precious`, "mine");
    await Deno.symlink("precious", `${directory}/link`);
    await Deno.mkdir(`${directory}/directory`);
    await untouched(directory, async () => {
      for (const [name, expected] of [["link", 2], ["directory", 2], ["gone/x.html", 1]] as const) {
        const ended = await status([...nothing, "--html", `${directory}/${name}`]);
        assert.equal(ended.status, expected, ended.stderr);
        assert.equal(ended.stdout, "");
      }
    });
  }));

Deno.test("reports of many hosts side by side, what is broken among them", () =>
  inTemporaryDirectory(async (directory) => {
    const put = async (name: string, value: unknown): Promise<void> =>
      await Deno.writeTextFile(`${directory}/${name}`, JSON.stringify(value));
    const report = await reported({}, "--host", "alpha");
    await put("alpha.json", report);
    await put("old.json", { ...report, host: "old", time: "2020-01-01T00:00:00Z" });
    await put("newer.json", { ...report, schema: 2 });
    await put(".copying.json", {});
    await put("notes.txt", {});
    await Deno.writeTextFile(`${directory}/cut.json`, JSON.stringify(report).slice(0, 50));
    await Deno.writeTextFile(`${directory}/<b>\x1b[31m.json`, "");
    await Deno.mkdir(`${directory}/directory.json`);
    await Deno.symlink("gone", `${directory}/link.json`);
    const ended = await untouched(directory, () => status(["--fleet", directory, "--json"]));
    assert.equal(ended.status, 3, ended.stderr);
    const { schema, level, hosts } = JSON.parse(ended.stdout);
    assert.deepEqual([schema, level], [1, "bad"]);
    const rows = hosts.map((row: Record<string, unknown>) => `${row["file"]} ${row["level"]}`);
    assert.deepEqual(rows, [
      "<b>\x1b[31m.json bad",
      "cut.json bad",
      "directory.json bad",
      "link.json bad",
      "newer.json bad",
      "old.json warning",
      "alpha.json unused",
    ]);
    const text = await status(["--fleet", directory, "--html", `${directory}/fleet.html`]);
    assert(!text.stdout.includes("\x1b"));
    assert.match(text.stdout, /^bad +<b>\\x1b\[31m /m);
    const page = await Deno.readTextFile(`${directory}/fleet.html`);
    assert(page.includes("&lt;b&gt;\\u{1b}[31m"));
  }));

Deno.test("a fleet without reports is a mistake of whoever asks", () =>
  inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    for (const name of ["", "/gone", "/file"]) {
      const ended = await status(["--fleet", directory + name]);
      assert.equal(ended.status, 2, ended.stderr);
      assert.match(ended.stderr, /there is no report|cannot read/);
    }
  }));
