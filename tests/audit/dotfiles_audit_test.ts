import assert from "node:assert/strict";
import { AuditHost, randomSecret, type Told } from "./scene.ts";

const places = (told: Told, name: string): string[] => {
  const found = told.variables.find((each) => each.name === name);
  assert.ok(found, `${name} is among ${told.variables.map((each) => each.name)}`);
  return [
    ...found.definitions.map(({ kind, file, line }) => `${kind} ${file}:${line}`),
    ...found.uses.map(({ file, line, column }) => `use ${file}:${line}:${column}`),
  ].sort();
};
const classes = (told: Told): Record<string, string> =>
  Object.fromEntries(told.variables.map((each) => [each.name, `${each.class} ${each.state}`]));

Deno.test("each variable is told with where it is defined and used, in every kind of template", async () => {
  await using made = await AuditHost.create({
    ".chezmoidata.toml": 'editor = "vim"\n[work]\nhost = "wk"\n',
    ".chezmoidata/more.yaml": "# more\nlist:\n  - one\nflag: true\n",
    ".chezmoidata.json": '{\n  "deep": {\n    "er": "x"\n  }\n}\n',
    ".chezmoi.toml.tmpl":
      '{{ $mail := promptStringOnce . "mail" "Mail" }}\n[data]\nmail = {{ $mail | quote }}\n' +
      'token = {{ onepasswordRead "op://x/y" | quote }}\n',
    ".chezmoiignore": "{{ if .flag }}x{{ end }}\n",
    ".chezmoiremove.tmpl": "{{ .work.host }}\n",
    ".chezmoiexternal.toml": '["x"]\nurl = "{{ .missing }}"\n',
    ".chezmoitemplates/part": "{{ .work.host }}",
    "dot_a.tmpl": '{{ template "part" . }}\n  {{ .editor }}{{ .chezmoi.os }}',
    "private_dot_b.tmpl": "{{ range .list }}{{ . }}{{ end }}{{ .deep.er }}",
    "run_once_c.sh.tmpl": "{{ .mail }}{{ .token }}",
    "modify_dot_m": "{{- /* chezmoi:modify-template */ -}}\n{{ .editor }}",
    "modify_dot_n": "#!/bin/sh\n# {{ .no_template }}",
    "dot_d": "{{ .no_template }}",
    "encrypted_dot_e.tmpl.age": "{{ .encrypted }}",
    "sub/.chezmoiignore": "{{ .flag }}",
    ".hidden/f.tmpl": "{{ .ignored }}",
    "g.tmpl.literal": "{{ .no_template }}",
  });
  const told = await made.json(0);
  assert.deepEqual(classes(told), {
    "deep.er": "undecided used",
    editor: "config used",
    flag: "config used",
    list: "undecided used",
    mail: "undecided used",
    missing: "undecided undefined",
    token: "secret used",
    "work.host": "config used",
  });
  assert.deepEqual(places(told, "editor"), [
    "data-file .chezmoidata.toml:1",
    "use dot_a.tmpl:2:6",
    "use modify_dot_m:2:4",
  ]);
  assert.deepEqual(places(told, "work.host"), [
    "data-file .chezmoidata.toml:3",
    "use .chezmoiremove.tmpl:1:4",
    "use .chezmoitemplates/part:1:4",
  ]);
  assert.deepEqual(places(told, "deep.er"), [
    "data-file .chezmoidata.json:3",
    "use private_dot_b.tmpl:1:37",
  ]);
  assert.ok(places(told, "mail").includes("prompt .chezmoi.toml.tmpl:1"));
  assert.ok(places(told, "token").includes("manager .chezmoi.toml.tmpl:4"));
  assert.deepEqual(places(told, "flag").filter((each) => each.startsWith("use")), [
    "use .chezmoiignore:1:7",
    "use sub/.chezmoiignore:1:4",
  ]);
  assert.deepEqual(told.builtins, ["chezmoi.os"]);
  assert.deepEqual([told.clear, told.problems, told.history], [[], [], null]);
});

Deno.test("what is defined in this host's configuration counts, under a root as well", async () => {
  await using made = await AuditHost.create({
    ".chezmoiroot": "home\n",
    "home/dot_a.tmpl": "{{ .here }}{{ .unused.not }}",
    "dot_b.tmpl": "{{ .outside }}",
    "home/.chezmoidata.yaml": "unused:\n  yes1: word\n  not: word\n",
  });
  await made.host.write(".config/chezmoi/chezmoi.toml", '[data]\nhere = "word"\n');
  const told = await made.json(0);
  assert.deepEqual(classes(told), {
    here: "config used",
    "unused.not": "config used",
    "unused.yes1": "config unused",
  });
  assert.deepEqual(places(told, "here"), [
    "configuration ~/.config/chezmoi/chezmoi.toml:2",
    "use home/dot_a.tmpl:1:4",
  ]);
});

Deno.test("a secret in the clear ends with 3, wherever it lies, and is told by its place alone", async () => {
  const [token, password, literal] = [randomSecret(), randomSecret(), randomSecret(36)];
  await using made = await AuditHost.create({
    ".chezmoidata.yaml": `name: Ann\nacoustid_api: ${token}\n`,
    ".gitignore": "ignored\n",
    "dot_a.tmpl": "{{ .acoustid_api }}{{ .name }}",
    "dot_netrc": `machine x login y password ${password}\n`,
    "dot_b": `t=gh${"p"}_${literal}\n`,
    "dot_c": `again ${token}\n`,
    ignored: `gh${"p"}_${literal}\n`,
  });
  const told = await made.json(3);
  assert.deepEqual(told.clear.map(({ path, line, rule }) => `${path}:${line} ${rule}`), [
    ".chezmoidata.yaml:2 variable",
    "dot_b:1 github-token",
    "dot_c:1 variable",
    "dot_netrc:1 netrc-password",
  ]);
  const { status, stdout, stderr } = await made.audit("--history");
  assert.equal(status, 3);
  for (const secret of [token, password, literal]) assert.ok(!(stdout + stderr).includes(secret));
  assert.match(stderr, /8 secrets are in the clear/);
});

Deno.test("the history is searched in every branch, tag and jj's own commits", async () => {
  const [gone, branched, tagged, loose] = [1, 2, 3, 4].map(() => `gh${"p"}_${randomSecret(36)}`);
  const old = randomSecret();
  await using made = await AuditHost.create({ a: `${gone}\n` });
  const { host } = made;
  await made.put({ a: "clean\n", ".chezmoidata.yaml": `x: y\nold_api: ${old}\n` });
  await made.commit();
  await made.put({ ".chezmoidata.yaml": "x: y\n" });
  await made.commit();
  await host.git("switch", "-q", "-c", "other");
  await made.put({ b: `${branched}\n` });
  await made.commit();
  await host.git("switch", "-q", "--detach", "main");
  await made.put({ c: `${tagged}\n` });
  await made.commit();
  await host.git("tag", "-a", "-m", "x", "v1");
  await host.git("switch", "-q", "main");
  await host.jj("git", "init", "--colocate");
  await host.jj("new", "root()", "-m", "loose");
  await made.put({ d: `${loose}\n` });
  await host.jj("new", "main");
  assert.deepEqual((await made.json(0)).clear, []);
  const told = await made.json(3, "--history");
  assert.deepEqual(
    told.history?.map(({ path, line, rule, commit }) =>
      `${path}:${line} ${rule} ${commit?.length}`
    ),
    [
      ".chezmoidata.yaml:2 variable 40",
      "a:1 github-token 40",
      "b:1 github-token 40",
      "c:1 github-token 40",
      "d:1 github-token 40",
    ],
  );
});

Deno.test("the allow list and marks count, as for the gate", async () => {
  const token = `gh${"p"}_${randomSecret(36)}`;
  await using made = await AuditHost.create({
    ".holdfast-allow-secrets": "tests/ github-token # made up\n",
    "tests/x": token,
    y: `${token} # holdfast:allow-secret\n`,
  });
  const told = await made.json(0, "--history");
  assert.deepEqual([told.clear, told.history], [[], []]);
});

Deno.test("a template or a file of data that cannot be read is told of without a word of it", async () => {
  const secret = randomSecret();
  await using made = await AuditHost.create({
    "dot_a.tmpl": `line\n{{ "${secret}\n`,
    ".chezmoidata/bad.yaml": `x: [ ${secret}\n`,
    ".chezmoidata.toml": `token = ${secret}\n`,
  });
  const ended = await made.audit("--json");
  assert.ok(!(ended.stdout + ended.stderr).includes(secret));
  assert.equal(ended.status, 3, "an unreadable file of data holds it all the same");
  const told: Told = JSON.parse(ended.stdout);
  assert.deepEqual(told.problems.map(({ path, line }) => `${path}:${line}`).sort().slice(0, 3), [
    ".chezmoidata.toml:null",
    ".chezmoidata/bad.yaml:null",
    `${made.host.source}:null`,
  ]);
  assert.ok(
    told.problems.some(({ path, line, reason }) =>
      path === "dot_a.tmpl" && line === 2 && reason.includes("a string is not closed")
    ),
  );
  await made.put({ ".chezmoidata/bad.yaml": "x: 1\n", ".chezmoidata.toml": 'y = "z"\n' });
  await made.put({ "dot_a.tmpl": "{{ if }}" });
  assert.equal((await made.audit()).status, 1, "what is not read is not known to be clean");
});

Deno.test("answers of a person win, and a file of answers that is wrong stops all", async () => {
  await using made = await AuditHost.create({
    ".chezmoidata.yaml": "email: a@b.org\nname: Ann\n",
    "dot_a.tmpl": "{{ .email }}{{ .name }}",
    ".holdfast/secrets.toml": 'version = 1\n[variables]\n"email" = "config"\n"name" = "secret"\n',
  });
  const told = await made.json(3);
  assert.deepEqual(told.variables.map((each) => `${each.name} ${each.class} ${each.by}`), [
    "email config person",
    "name secret person",
  ]);
  assert.deepEqual(told.clear.map(({ path, line, variable }) => [path, line, variable]), [
    [".chezmoidata.yaml", 2, "name"],
  ]);
  const secret = randomSecret();
  for (
    const text of [
      "version = 2\n[variables]\n",
      "version = 1\n",
      "version = 1\nother = 1\n[variables]\n",
      `version = 1\n[variables]\n"x" = "${secret}"\n`,
      `version = 1\n[variables\n"x" = "${secret}"\n`,
    ]
  ) {
    await made.put({ ".holdfast/secrets.toml": text });
    for (const args of [[], ["--classify"], ["--migrate"]]) {
      const { status, stdout, stderr } = await made.audit(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /secrets\.toml is not as it should be/);
      assert.ok(!(stdout + stderr).includes(secret));
    }
    assert.equal(await made.read(".holdfast/secrets.toml"), text);
  }
});

Deno.test("chezmoi itself passes over .holdfast", async () => {
  await using made = await AuditHost.create({
    ".holdfast/secrets.toml": 'version = 1\n[variables]\n"x" = "secret"\n',
    dot_a: "a\n",
  });
  assert.equal(await made.host.chezmoi("managed"), ".a\n");
  await made.host.chezmoi("apply", "--force");
  await assert.rejects(Deno.stat(made.host.path(".holdfast")), Deno.errors.NotFound);
});

Deno.test("--classify without a terminal says what to write, and writes nothing", async () => {
  await using made = await AuditHost.create({
    ".chezmoidata.yaml": "email: a@b.org\n",
    "dot_a.tmpl": "{{ .email }}",
  });
  const { status, stderr } = await made.audit("--classify");
  assert.equal(status, 2);
  assert.match(stderr, /1 variables are undecided[^]*\.holdfast\/secrets\.toml/);
  await assert.rejects(Deno.stat(`${made.host.source}/.holdfast`), Deno.errors.NotFound);
});

Deno.test("no source, options that do not go together, and a key that is not known are usage", async () => {
  await using made = await AuditHost.create({ dot_a: "a\n" });
  for (
    const args of [
      ["--source", "/nowhere"],
      ["--classify", "--migrate"],
      ["--dry-run"],
      ["--classify", "--json"],
      ["--migrate", "--prefix", "../x"],
      ["--migrate", "--secrets-dir", "relative"],
    ]
  ) assert.equal((await made.audit(...args)).status, 2, args.join(" "));
});
