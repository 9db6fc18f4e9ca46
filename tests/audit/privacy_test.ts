/** No value of a secret is ever told, wherever it stands and whatever is wrong there. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AuditHost, randomSecret } from "./scene.ts";

/** Places that a secret can stand in; `S` is the secret. */
const places: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "data, in YAML": { ".chezmoidata/a.yaml": "a_token: S\nw:\n  b: S\n" },
  "data, in TOML": { ".chezmoidata/b.toml": 'c_password = "S"\n' },
  "data that is broken": { ".chezmoidata/c.json": '{"d": "S"\n' },
  "a key": { ".chezmoidata/d.yaml": "keys:\n  S: x\n" },
  "a text of a template": { "dot_a.tmpl": '{{ "S" }} {{ .S }} S\n' },
  "a comment of a template": { "dot_b.tmpl": "{{/* S */}}" },
  "a template that is broken": { "dot_c.tmpl": '{{ "S" S ! }}' },
  "a look-up": { "dot_d.tmpl": '{{ index . "w" "S" }}{{ template "S" . }}' },
  "a directive": { "dot_e.tmpl": "# chezmoi:template:left-delimiter=S\n" },
  "the configuration template": { ".chezmoi.toml.tmpl": '[data]\ne_token = "S"\nf = {{ "S" }}\n' },
  "the answers": { ".holdfast/secrets.toml": 'version = 1\n[variables]\nx = "S"\n' },
  "the allow list": { ".holdfast-allow-secrets": "S\n" },
  "a plain file": { dot_f: "password = S\n" },
  "a script": { "run_onchange_g.sh.tmpl": "echo S {{ .a_token }}\n" },
};

Deno.test("no report of any mixture of places holds a secret", async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(Object.keys(places), { minLength: 1 }), async (names) => {
      const secret = randomSecret();
      const files = Object.assign({ dot_x: "x\n" }, ...names.map((name) => places[name]));
      const filled = Object.entries(files as Record<string, string>)
        .map(([path, text]) => [path, text.replaceAll("S", secret)]);
      await using made = await AuditHost.create(Object.fromEntries(filled));
      const calls = [["--history"], ["--json", "--history"], ["--migrate", "--dry-run"], [
        "--migrate",
      ]];
      for (const args of calls) {
        const { status, stdout, stderr } = await made.audit(...args);
        assert.ok([0, 1, 2, 3].includes(status), stderr);
        assert.ok(!(stdout + stderr).includes(secret), `${names}: told by ${args}`);
        // A part of it would be too much as well.
        assert.ok(!(stdout + stderr).includes(secret.slice(4, 16)), `${names}: a part by ${args}`);
      }
    }),
    { numRuns: Number(Deno.env.get("RUNS") ?? 8) },
  );
});
