import assert from "node:assert/strict";
import { judgeKey } from "../../src/sops/decide_keys.ts";
import type { Entry, Look } from "../../src/sops/entry.ts";
import type { KeyFacts } from "../../src/sops/key_facts.ts";

const path = "/etc/ssh/ssh_host_ed25519_key";
const file: Entry = {
  type: "file",
  mode: 0o600,
  uid: 0,
  gid: 0,
  size: 411,
  device: 1,
  modified: 0,
};
const link: Entry = { ...file, type: "link", mode: 0o777 };
const directory: Entry = { ...file, type: "directory", mode: 0o700 };

/** A key of which the path itself, or what it leads to, is something else. */
function key(target: Look, changes: Partial<KeyFacts> = {}): KeyFacts {
  return { path, kind: "ssh", link: target, target, ...changes };
}

const rows: readonly (readonly [string, KeyFacts, boolean, RegExp])[] = [
  ["one that is fine", key(file), false, /^ok: .* in place/],
  ["one that its group may not read either", key({ ...file, mode: 0o400 }), false, /^ok/],
  ["the only one is missing", key({ type: "missing" }), false, /^failed: .* is missing$/],
  ["one of several is missing", key({ type: "missing" }), true, /^warning: .*other keys may do$/],
  ["empty", key({ ...file, size: 0 }), false, /^failed: .* is empty$/],
  ["a directory", key(directory), false, /^failed: .* is no file$/],
  ["a pipe", key({ ...file, type: "other" }), false, /^failed: .* is no file$/],
  ["readable by all", key({ ...file, mode: 0o644 }), true, /^failed: .*mode is 0644.*be 0600$/],
  ["readable by a group", key({ ...file, mode: 0o640 }), false, /^failed: .*mode is 0640/],
  ["writable by others", key({ ...file, mode: 0o602 }), false, /^failed: .*mode is 0602/],
  ["somebody's", key({ ...file, uid: 1000 }), false, /^failed: .*belongs to user 1000/],
  ["root's link to a key", key(file, { link }), false, /^ok/],
  ["root's link to an open key", key({ ...file, mode: 0o644 }, { link }), false, /^failed.*0644/],
  ["root's link to nothing", key({ type: "missing" }, { link }), false, /^failed: .*to nothing$/],
  ["somebody's link", key(file, { link: { ...link, uid: 7 } }), true, /^failed: .*user 7 made/],
  ["behind a closed directory", key({ type: "forbidden" }), false, /^warning: .*by this user$/],
  ["a loop", key({ type: "broken", reason: "loop" }), false, /^failed: .*looked at: loop$/],
  ["a GnuPG home", key(directory, { kind: "gnupg-home" }), false, /^ok/],
  [
    "a GnuPG home that is a file",
    key(file, { kind: "gnupg-home" }),
    false,
    /^failed: .*directory$/,
  ],
  [
    "an open GnuPG home",
    key({ ...directory, mode: 0o755 }, { kind: "gnupg-home" }),
    false,
    /^failed: .*should be 0700$/,
  ],
];

const age = (identities: NonNullable<KeyFacts["identities"]>): KeyFacts =>
  key(file, { kind: "age", identities });
const forms: typeof rows = [
  ["well-formed", age({ kind: "well-formed", count: 1 }), false, /^ok: .*well-formed$/],
  ["with a bad line", age({ kind: "malformed", line: 3 }), true, /^failed: line 3 of .*identity$/],
  ["with comments only", age({ kind: "none" }), true, /^failed: .*no age identity$/],
  ["too large", age({ kind: "too-large" }), true, /^failed: .*too large/],
  ["that may not be read", age({ kind: "forbidden" }), false, /^warning: .*by this user$/],
  // Without it sops-install-secrets stops, whatever other keys there are.
  ["that is missing", key({ type: "missing" }, { kind: "age" }), true, /^failed: .*missing$/],
];

for (const [kind, table] of [["a key", rows], ["an age key file", forms]] as const) {
  for (const [what, facts, others, expected] of table) {
    Deno.test(`${kind} is judged: ${what}`, () => {
      const { state, detail, remedy } = judgeKey(facts, others);
      assert.match(`${state}: ${detail}`, expected);
      assert.equal(remedy === undefined, state === "ok");
    });
  }
}

Deno.test("a remedy can be pasted into a shell, whatever the path", () => {
  const { remedy = "" } = judgeKey({ ...key({ ...file, uid: 7 }), path: "/a b/it's" }, false);
  assert.equal(remedy, `chown root:root '/a b/it'\\''s'`);
});
