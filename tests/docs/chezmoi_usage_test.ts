import assert from "node:assert/strict";
import { parseConfig } from "../../src/cli/options.ts";
import { dotfilesConfig } from "../../src/dotfiles/sync_options.ts";
import { Sandbox } from "../support/sandbox.ts";
import { add, holds, inSync, syncs, write } from "../tools/scene.ts";
import { everySection } from "./follow.ts";
import { readPage } from "./page.ts";
import { atDotfiles } from "./readers.ts";

const files = { ".bashrc": "# mine\n", ".config/git/config": "[core]\n" };

await everySection("docs/chezmoi-usage.md", {
  "The first host": async (follow) => {
    await using sandbox = await Sandbox.create();
    const desktop = await sandbox.host("desktop");
    await write(desktop, files);
    const reader = await atDotfiles(desktop);
    await follow(reader, { REMOTE: sandbox.remote });
    assert.equal((await sandbox.filesAt("main")).get("dot_bashrc"), files[".bashrc"]);
    await desktop.write(".bashrc", "# edited\n");
    const before = await sandbox.refs();
    assert.match(await follow(reader), /\.bashrc/);
    assert.deepEqual(await sandbox.refs(), before);
  },

  "Every other host": async (follow) => {
    await using sandbox = await Sandbox.create();
    await inSync(sandbox, ["desktop"], files);
    const laptop = await sandbox.host("laptop");
    await laptop.write(".bashrc", "# the laptop's own\n");
    await follow(await atDotfiles(laptop), { REMOTE: sandbox.remote });
    await holds(".config/git/config", files[".config/git/config"], laptop);
    await holds(".bashrc", "# the laptop's own\n", laptop);
  },

  "Day by day": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], files);
    const reader = await atDotfiles(desktop);
    await follow(reader);
    await syncs(laptop);
    await holds(".bashrc", '# mine\nalias ll="ls -l"\n', desktop, laptop);
    await follow(reader);
  },

  "Add, forget, delete": async (follow) => {
    await using sandbox = await Sandbox.create();
    const begun = { ...files, ".inputrc": "set bell-style none\n" };
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], begun);
    await desktop.write(".vimrc", "set number\n");
    const reader = await atDotfiles(desktop);
    await follow(reader);
    await syncs(laptop);
    await holds(".vimrc", "set number\n", desktop, laptop);
    await holds(".inputrc", begun[".inputrc"], desktop, laptop);
    assert(!(await sandbox.filesAt("main")).has("dot_inputrc"));
    await follow(reader);
    await syncs(laptop);
    for (const host of [desktop, laptop]) {
      await assert.rejects(() => host.read(".config/git/config"), Deno.errors.NotFound);
    }
    assert.match(await follow(reader), /\.vimrc/);
    await syncs(laptop);
    await holds(".vimrc", "set number\n", desktop, laptop);
  },

  "Templates and encrypted files": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], files);
    await desktop.write(".gitconfig", "[user]\n");
    const editor = desktop.path("bin/editor");
    const line = "home = {{ .chezmoi.homeDir | base }}";
    await desktop.write("bin/editor", `#!/bin/sh\necho '${line}' >> "$1"\n`, 0o755);
    const { run } = await atDotfiles(desktop);
    const env = { EDITOR: editor, VISUAL: editor };
    await follow({ run: (argv, options) => run(argv, { ...options, env }) });
    await syncs(laptop);
    await holds(".gitconfig", "[user]\nhome = desktop\n", desktop);
    await holds(".gitconfig", "[user]\nhome = laptop\n", laptop);
  },

  "Two hosts edited the same lines": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], files);
    await desktop.write(".bashrc", "# the desktop's\n");
    await laptop.write(".bashrc", "# the laptop's\n");
    await syncs(desktop);
    await follow(await atDotfiles(laptop));
    await syncs(laptop);
    await syncs(desktop);
    const both = await laptop.read(".bashrc");
    assert.match(both, /the desktop's/);
    assert.match(both, /the laptop's/);
    await holds(".bashrc", both, desktop);
  },

  "The history": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], files);
    const old = (await desktop.git("rev-parse", "main")).trim();
    await add(laptop, { ".bashrc": "exit # broken\n" });
    await syncs(laptop);
    await syncs(desktop);
    const reader = await atDotfiles(desktop);
    assert(old.startsWith((await follow(reader)).match(/^[0-9a-f]{7,}(?= .*$)/gm)?.at(-1) ?? "?"));
    await follow(reader, { COMMIT: old });
    await syncs(laptop);
    await holds(".bashrc", files[".bashrc"], desktop, laptop);
  },
});

Deno.test("docs/chezmoi-usage.md: the example of a configuration is one", async () => {
  const examples = (await readPage("docs/chezmoi-usage.md")).flatMap(({ blocks }) => blocks)
    .filter(({ language }) => language === "json");
  assert.equal(examples.length, 1);
  const given = parseConfig(examples[0]?.text ?? "", "the example", dotfilesConfig.options);
  assert.deepEqual(Object.keys(given), ["repoUrl", "onConflict", "timeout"]);
});
