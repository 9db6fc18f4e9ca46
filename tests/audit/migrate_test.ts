import assert from "node:assert/strict";
import { AuditHost, randomSecret } from "./scene.ts";

/** Puts the secrets where sops-nix would, for the directory that the templates were told. */
async function install(made: AuditHost, secrets: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    await made.host.write(`run/secrets/dotfiles/${name}`, value);
  }
}

/** The targets as chezmoi writes them into a home of their own. */
async function applied(made: AuditHost): Promise<string> {
  const { host } = made;
  const home = host.path("applied");
  await Deno.mkdir(home);
  await host.chezmoi("--destination", home, "apply", "--force", "--exclude=scripts");
  const listed = await host.run(["sh", "-c", "find . -type f | sort | xargs sha256sum"], {
    cwd: home,
  });
  const scripts = await host.chezmoi(
    "--destination",
    home,
    "dump",
    "--format=json",
    "--include=scripts",
  );
  await Deno.remove(home, { recursive: true });
  return listed.stdout + scripts;
}

const options = (made: AuditHost): string[] => ["--secrets-dir", made.host.path("run/secrets")];

/** Sources whose secret `t` (or more) is moved; each is rendered by chezmoi before and after. */
const movable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a field": { "dot_a.tmpl": "t={{ .api_token }}\n" },
  "pipes, arguments and trim markers": {
    "dot_a.tmpl":
      'a  {{- .api_token | quote -}}  b {{ printf "%s/%s" "x" .api_token }} {{ (print .api_token) }}\n',
  },
  "$ within range and with, and a condition on something else": {
    "dot_a.tmpl": "{{ range .hosts }}{{ . }} {{ $.api_token }}\n{{ end }}" +
      "{{ with .name }}{{ $.api_token }}{{ end }}{{ if .name }}{{ .api_token }}{{ end }}",
  },
  "a variable of the template": {
    "dot_a.tmpl": "{{ $x := .api_token }}{{ $x }} {{ $x | upper }}\n",
  },
  "other delimiters": {
    "dot_a.tmpl":
      "# chezmoi:template:left-delimiter=[[ right-delimiter=]]\n[[ .api_token ]] {{ no }}\n",
  },
  "a shared template and a nested one, called with all of the data": {
    ".chezmoitemplates/part": "p={{ .api_token }}",
    "dot_a.tmpl": '{{ template "part" . }}{{ includeTemplate "part" . }}' +
      '{{ define "in" }}{{ .api_token }}{{ end }}{{ template "in" $ }}\n',
  },
  "a script, a link's target, what is ignored and removed": {
    "run_once_a.sh.tmpl": "#!/bin/sh\n: {{ .api_token }}\n",
    "symlink_b.tmpl": "/x/{{ .api_token }}",
    ".chezmoiignore": "{{ .api_token }}\n",
    "dot_c": "c\n",
  },
  "an external's URL": {
    ".chezmoiexternal.toml": '[".x"]\ntype = "file"\nurl = "https://x.invalid/{{ .api_token }}"\n',
    "dot_a.tmpl": "{{ .api_token }}",
  },
  "ten files": Object.fromEntries(
    Array.from({ length: 10 }, (_, at) => [`dot_${at}.tmpl`, `${at} {{ .api_token }}\n`]),
  ),
};

const data: Readonly<Record<string, (token: string) => string>> = {
  ".chezmoidata.yaml": (token) => `# all\nname: Ann\napi_token: "${token}" # mine\nhosts: [a, b]\n`,
  ".chezmoidata.toml": (token) => `name = "Ann"\napi_token = '${token}'\nhosts = ["a", "b"]\n`,
  ".chezmoidata.json": (token) =>
    `{\n  "name": "Ann",\n  "hosts": ["a", "b"],\n  "api_token": "${token}"\n}\n`,
};

for (const [at, [what, files]] of Object.entries(movable).entries()) {
  const [file = "", text] = Object.entries(data)[at % 3] ?? [];
  Deno.test(`moved: ${what} (${file})`, async () => {
    const token = randomSecret();
    await using made = await AuditHost.create({ ...files, [file]: text?.(token) ?? "" }, {
      jj: at % 2 === 0,
    });
    const isExternal = what.includes("external");
    const before = isExternal ? "" : await applied(made);
    const was = await made.files();
    const planned = await made.json(0, "--migrate", "--dry-run", ...options(made));
    assert.deepEqual(await made.files(), was, "a dry run changes nothing");
    const told = await made.json(0, "--migrate", ...options(made));
    assert.deepEqual(told.moved, [{ name: "api_token", secret: "dotfiles/api_token" }]);
    assert.deepEqual(planned.files, told.files);
    const now = await made.files();
    assert.ok(
      !Object.values(now).some((each) => each.includes(token)),
      "no file holds it any more",
    );
    await install(made, { api_token: `${token}\n` });
    if (!isExternal) assert.equal(await applied(made), before);
    assert.match(told.nix ?? "", /"dotfiles\/api_token" = \{[^]*owner = "person";/);
    const secrets = told.secretsFile?.path ?? "";
    assert.equal(await Deno.readTextFile(secrets), `dotfiles:\n    api_token: "${token}"\n`);
    assert.equal((await Deno.stat(secrets)).mode! & 0o777, 0o600);
    const undone = await made.host.run(["sh", "-c", told.undo ?? "false"]);
    assert.equal(undone.status, 0, undone.stderr);
    assert.deepEqual(await made.files(), was, "undone");
  });
}

/** Sources whose secret is not moved, and a part of the reason. */
const refused: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
  "a condition": [
    { "dot_a.tmpl": "{{ if .api_token }}x{{ end }}" },
    /dot_a\.tmpl:1: a condition depends/,
  ],
  "a default": [{ "dot_a.tmpl": '{{ .api_token | default "" }}' }, /a condition depends/],
  "a comparison": [
    { "dot_a.tmpl": '\n{{ eq .api_token "x" }}' },
    /dot_a\.tmpl:2: a condition depends/,
  ],
  "a with": [{ "dot_a.tmpl": "{{ with .api_token }}{{ . }}{{ end }}" }, /a condition depends/],
  "a variable that decides": [
    { "dot_a.tmpl": "{{ $x := .api_token }}{{ if $x }}{{ $x }}{{ end }}" },
    /a condition by \$x depends/,
  ],
  "a dot that with sets": [
    {
      ".chezmoidata.yaml": "w:\n  api_token: TOKEN\n",
      "dot_a.tmpl": "{{ with .w }}{{ .api_token }}{{ end }}",
    },
    /a dot that `with`/,
  ],
  "an element of a list": [
    {
      ".chezmoidata.yaml": "w:\n  a:\n    api_token: TOKEN\n",
      "dot_a.tmpl": "{{ range .w }}{{ .api_token }}{{ end }}",
    },
    /a dot that `with`/,
  ],
  "a map used as a whole": [
    { ".chezmoidata.yaml": "w:\n  api_token: TOKEN\n", "dot_a.tmpl": "{{ .w | toJson }}" },
    /a map that it is in is used as a whole/,
  ],
  "all of the data": [{ "dot_a.tmpl": "{{ toYaml . }}" }, /used as a whole/],
  "a look-up": [{ "dot_a.tmpl": '{{ index . "api_token" }}' }, /looked up by a function/],
  "a script that runs when its text changes": [
    { "run_onchange_a.sh.tmpl": "# {{ .api_token }}" },
    /run_onchange_/,
  ],
  "a script that hashes a template": [
    {
      "run_onchange_a.sh.tmpl": '# {{ include "dot_a.tmpl" | sha256sum }}\n',
      "dot_a.tmpl": "{{ .api_token }}",
    },
    /a\.sh would differ/,
  ],
  "a shared template called with another dot too": [
    {
      ".chezmoidata.yaml": "api_token: TOKEN\nw:\n  api_token: other\n",
      ".chezmoitemplates/part": "{{ .api_token }}",
      "dot_a.tmpl": '{{ template "part" . }}{{ template "part" .w }}',
    },
    /a dot that `with`|stands for other/,
  ],
  "white space at the end": [
    { ".chezmoidata.yaml": 'api_token: "TOKEN\\n"\n', "dot_a.tmpl": "{{ .api_token }}" },
    /white space/,
  ],
  "a number": [
    {
      ".chezmoidata.yaml": "api_token: 123456789\n",
      ".holdfast/secrets.toml": 'version = 1\n[variables]\napi_token = "secret"\n',
      "dot_a.tmpl": "{{ .api_token }}",
    },
    /its value is no text/,
  ],
  "a question of the configuration template": [
    {
      ".chezmoidata.yaml": "x: y\n",
      ".chezmoi.toml.tmpl":
        '[data]\napi_token = {{ promptStringOnce . "api_token" "?" | quote }}\n',
      "dot_a.tmpl": "{{ .api_token }}",
    },
    /\.chezmoi\.toml\.tmpl:2: `chezmoi init` asks for it: take the question/,
  ],
  "an encrypted template that cannot be opened": [
    { "dot_a.tmpl": "{{ .api_token }}", "encrypted_dot_b.tmpl.age": "age-encryption.org/v1\n" },
    /encrypted_dot_b\.tmpl\.age is an encrypted template/,
  ],
  "YAML that flows": [
    { ".chezmoidata.yaml": "w: { api_token: TOKEN, b: c }\n", "dot_a.tmpl": "{{ .w.api_token }}" },
    /take (?:it|them) out by hand/,
  ],
  "one of ten files": [
    {
      ...Object.fromEntries(
        Array.from({ length: 9 }, (_, at) => [`dot_${at}.tmpl`, "{{ .api_token }}"]),
      ),
      "dot_9.tmpl": "{{ if .api_token }}x{{ end }}",
    },
    /dot_9\.tmpl:1/,
  ],
};

for (const [what, [files, reason]] of Object.entries(refused)) {
  Deno.test(`refused: ${what}`, async () => {
    const token = randomSecret();
    const all = { ".chezmoidata.yaml": "api_token: TOKEN\n", ...files };
    await using made = await AuditHost.create(
      Object.fromEntries(
        Object.entries(all).map(([path, text]) => [path, text.replace("TOKEN", token)]),
      ),
    );
    const was = await made.files();
    for (const args of [["--dry-run"], []]) {
      const { status, stdout, stderr } = await made.audit("--migrate", ...args, ...options(made));
      assert.equal(status, 3, stdout + stderr);
      assert.match(stdout + stderr, reason);
      assert.ok(!(stdout + stderr).includes(token));
    }
    assert.deepEqual(await made.files(), was);
  });
}

Deno.test("a password manager's secret stays where it is, and others are moved beside a refused one", async () => {
  const [one, two] = [randomSecret(), randomSecret()];
  await using made = await AuditHost.create({
    ".chezmoi.toml.tmpl": '[data]\nkept_token = {{ pass "x" | quote }}\n',
    ".chezmoidata.yaml": `one_token: ${one}\ntwo_token: ${two}\n`,
    "dot_a.tmpl": "{{ .one_token }}{{ if .two_token }}{{ end }}",
  });
  const told = await made.json(3, "--migrate");
  assert.deepEqual(told.moved.map(({ name }) => name), ["one_token"]);
  assert.deepEqual(told.refused.map(({ name }) => name), ["two_token"]);
  assert.deepEqual(told.kept.map(({ name }) => name), ["kept_token"]);
  assert.equal(await made.read(".chezmoidata.yaml"), `two_token: ${two}\n`);
  assert.equal(
    await made.read("dot_a.tmpl"),
    '{{ include "/run/secrets/dotfiles/one_token" | trim }}{{ if .two_token }}{{ end }}',
  );
});

Deno.test("a secret of this host's configuration is moved, and the line named that may go", async () => {
  const token = randomSecret();
  await using made = await AuditHost.create({ "dot_a.tmpl": "{{ .api_token }}\n" });
  await made.host.write(".config/chezmoi/chezmoi.toml", `[data]\napi_token = "${token}"\n`);
  const { status, stdout } = await made.audit("--migrate", ...options(made));
  assert.equal(status, 0);
  assert.match(stdout, /by hand[^]*~\/\.config\/chezmoi\/chezmoi\.toml:2/);
  await install(made, { api_token: token });
  assert.equal(await made.host.chezmoi("cat", made.host.path(".a")), `${token}\n`);
});

Deno.test("nothing is written that could not be undone, or lies in clear in a repository", async () => {
  const files = {
    ".chezmoidata.yaml": `api_token: ${randomSecret()}\n`,
    "dot_a.tmpl": "{{ .api_token }}",
  };
  {
    await using made = await AuditHost.create(files, { commit: false });
    const { status, stderr } = await made.audit("--migrate");
    assert.deepEqual([status, /no repository/.test(stderr)], [3, true]);
    assert.equal(await made.read("dot_a.tmpl"), files["dot_a.tmpl"]);
  }
  await using made = await AuditHost.create(files);
  const was = await made.files();
  const inside = await made.audit(
    "--migrate",
    "--state-dir",
    `${made.host.source}/.holdfast/state`,
  );
  assert.match(inside.stderr, /in a repository/);
  await Deno.remove(`${made.host.source}/.holdfast`, { recursive: true });
  assert.equal(inside.status, 3);
  await made.put({ "dot_a.tmpl": "{{ .api_token }} edited" });
  const dirty = await made.audit("--migrate");
  assert.deepEqual([dirty.status, /not committed/.test(dirty.stderr)], [3, true]);
  await made.put(was);
  assert.equal((await made.audit("--migrate")).status, 0);
  await made.put(was);
  const again = await made.audit("--migrate");
  assert.deepEqual([again.status, /is there already/.test(again.stderr)], [3, true]);
  assert.deepEqual(await made.files(), was);
});
