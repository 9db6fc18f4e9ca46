import assert from "node:assert/strict";
import { AuditHost, randomSecret } from "../audit/scene.ts";
import { exits, firstBoot } from "../golden/tools_scene.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { holds, inSync, syncs } from "../tools/scene.ts";
import { push, settled } from "../upgrade/scene.ts";
import { everySection } from "./follow.ts";
import { atDotfiles, atGolden, atUpgrades } from "./readers.ts";

const files = { ".bashrc": "# mine\n", ".vimrc": "set hidden\n" };

/** A source by plain chezmoi and git, pushed. */
async function byHand(host: Host): Promise<void> {
  for (const [name, text] of Object.entries(files)) await host.write(name, text);
  await host.beginSource();
  await host.chezmoi("add", ...Object.keys(files).map((name) => host.path(name)));
  await host.git("add", "--all");
  await host.git("commit", "-q", "-m", "By hand");
  await host.git("push", "-q", "-u", "origin", "main");
}

await everySection("docs/migration-guide.md", {
  "From chezmoi": async (follow) => {
    await using sandbox = await Sandbox.create();
    const [first, next] = [await sandbox.host("first"), await sandbox.host("next")];
    await byHand(first);
    await next.chezmoi("init", "--apply", sandbox.remote);
    await first.write(".bashrc", "# mine\n# edited on the first\n");
    const before = await sandbox.refs();
    const reader = await atDotfiles(first);
    await follow(reader);
    assert.deepEqual(await sandbox.refs(), before);
    await follow(reader);
    // Behind, with a commit that was never pushed, and an edit that was never committed.
    await next.write(".local/share/chezmoi/dot_profile", "# by hand\n");
    await next.git("add", "--all");
    await next.git("commit", "-q", "-m", "Not pushed");
    await next.write(".vimrc", "set hidden\nset number\n");
    await follow(await atDotfiles(next));
    await syncs(first);
    await holds(".bashrc", "# mine\n# edited on the first\n", first, next);
    await holds(".vimrc", "set hidden\nset number\n", first, next);
    await holds(".profile", "# by hand\n", first, next);
    await sandbox.git("merge-base", "--is-ancestor", before["refs/heads/main"] ?? "", "main");
  },

  "From links and loose files": async (follow) => {
    await using sandbox = await Sandbox.create();
    const host = await sandbox.host("desktop");
    await host.write("dots/bashrc", files[".bashrc"]);
    await Deno.symlink("dots/bashrc", host.path(".bashrc"));
    await host.write(".vimrc", files[".vimrc"]);
    await follow(await atDotfiles(host), { REMOTE: sandbox.remote });
    assert((await Deno.lstat(host.path(".bashrc"))).isFile);
    await holds(".bashrc", files[".bashrc"], host);
    assert.equal((await sandbox.filesAt("main")).get("dot_bashrc"), files[".bashrc"]);
    assert.equal((await sandbox.filesAt("main")).get("dot_vimrc"), files[".vimrc"]);
  },

  "Secrets": async (follow) => {
    const secret = randomSecret();
    await using audited = await AuditHost.create({
      ".chezmoidata.yaml": `acoustid_api: ${secret}\nemail: ada@example.org\n`,
      "dot_config/beets.yaml.tmpl": "apikey: {{ .acoustid_api }}\nmail: {{ .email }}\n",
    });
    const { host } = audited;
    await host.git("remote", "add", "origin", host.remote);
    await host.git("push", "-q", "-u", "origin", "main");
    const reader = await atDotfiles(host);
    assert.match(await follow(reader), /acoustid_api/);
    await follow(reader);
    const printed = await follow(reader);
    assert(!printed.includes(secret));
    assert.equal(
      await audited.read("dot_config/beets.yaml.tmpl"),
      'apikey: {{ include "/run/secrets/dotfiles/acoustid_api" | trim }}\nmail: {{ .email }}\n',
    );
    assert.equal(await audited.read(".chezmoidata.yaml"), "email: ada@example.org\n");
  },

  "The configuration repository": async (follow) => {
    await using hosts = await settled();
    const { a, b } = hosts;
    await push(a, { "flake.nix": "second\n" });
    const [head, reader] = [await b.head(), await atUpgrades(b)];
    await follow(reader);
    assert.equal(await b.head(), head);
    assert.match(await follow(reader), /built .*-second\n/);
    assert.equal(await b.running(), "second");
  },

  "Boots": async (follow) => {
    await using scene = await firstBoot();
    const { host, good } = scene;
    const reader = await atGolden(host);
    await follow(reader);
    assert.equal((await host.state("golden")).path, good);
    exits(0, await host.install(await host.toplevel("update")));
    await host.powerOn();
    exits(0, await host.program("golden-boot-check"));
    exits(0, await host.program("golden-boot-validate"));
    await follow(reader);
  },

  "All hosts": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { first, second } = await inSync(sandbox, ["first", "second"], files);
    await follow(await atDotfiles(first));
    await follow(await atDotfiles(second));
    await syncs(first);
    const both = await first.read(".bashrc");
    assert.match(both, /TEST=1[^]*TEST=2|TEST=2[^]*TEST=1/);
    await holds(".bashrc", both, second);
  },

  "Back again": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { first, second } = await inSync(sandbox, ["first", "second"], files);
    await second.write(".vimrc", "set number\n");
    await syncs(second);
    await first.write(".bashrc", "# edited at last\n");
    await follow(await atDotfiles(first));
    await holds(".vimrc", "set number\n", first);
    await syncs(second);
    await holds(".bashrc", "# edited at last\n", second);
    // chezmoi and git alone, from here on.
    await first.write(".vimrc", "set ruler\n");
    await first.chezmoi("re-add");
    await first.git("commit", "-qam", "By hand");
    await first.git("push", "-q");
    await using hosts = await settled();
    const { a, b } = hosts;
    await push(a, { "flake.nix": "second\n" });
    await b.upgrades();
    const refs = async (): Promise<string> => await b.git("for-each-ref", "refs/holdfast");
    assert.notEqual(await refs(), "");
    await follow(await atUpgrades(b));
    assert.equal(await refs(), "");
  },
});
