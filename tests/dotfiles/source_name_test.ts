import assert from "node:assert/strict";
import fc from "fast-check";
import { targetKey, uncapturable, wroteThis } from "../../src/dotfiles/source_name.ts";

const targets: readonly (readonly [source: string, target: string, why: string])[] = [
  ["dot_bashrc", ".bashrc", "a leading dot is spelt out"],
  ["executable_dot_bashrc", ".bashrc", "a mode is an attribute of the name"],
  ["private_readonly_executable_tool", "tool", "attributes add up"],
  ["private_dot_ssh/encrypted_private_id.age", ".ssh/id", "directories have attributes as well"],
  ["dot_config/app.toml.tmpl", ".config/app.toml", "a template is a suffix"],
  ["literal_dot_x", "dot_x", "literal_ ends the attributes"],
  ["run_once_before_install.sh.tmpl", "install.sh", "scripts have names, too"],
  ["empty_dot_hushlogin", ".hushlogin", "an empty file"],
  ["my file é", "my file é", "spaces and unicode stay"],
  ["dot_", ".", "a prefix alone is the name"],
  ["private_", "private_", "an attribute alone is a name"],
];

for (const [source, target, why] of targets) {
  Deno.test(`the target of ${source} is ${target}: ${why}`, () => {
    assert.equal(targetKey(source), target);
  });
}

Deno.test("adding a mode attribute to a source never changes its target", () => {
  const name = fc.stringMatching(/^dot_[a-z]{1,8}(\.tmpl)?$/);
  const attribute = fc.constantFrom("executable_", "private_", "readonly_");
  fc.assert(fc.property(name, attribute, (source, prefix) => {
    assert.equal(targetKey(prefix + source), targetKey(source));
  }));
});

const captured: readonly (readonly [source: string, capturable: boolean])[] = [
  ["dot_bashrc", true],
  ["private_dot_netrc", true],
  ["executable_tool", true],
  ["dot_gitconfig.tmpl", false],
  ["encrypted_dot_key.age", false],
  ["private_encrypted_dot_key", false],
  ["encrypted_private_dot_key.asc", false],
  ["modify_dot_config", false],
  ["create_dot_local", false],
  ["symlink_dot_vimrc", false],
  ["run_once_install.sh", false],
  ["encrypted_notes/plain", true],
  ["exact_dot_d/one", false],
  ["dot_config/private_exact_app/deep/one", false],
];

for (const [source, capturable] of captured) {
  Deno.test(`an edit of the target of ${source} ${capturable ? "is" : "is never"} captured`, () => {
    assert.equal(uncapturable(source) === undefined, capturable, uncapturable(source));
  });
}

const hash = "a".repeat(64);
const written:
  readonly (readonly [why: string, path: string, mode: number, umask: number, same: boolean])[] = [
    ["content and mode agree", "dot_x", 0o644, 0o022, true],
    ["the umask of the group differs, which no attribute can say", "dot_x", 0o664, 0o022, true],
    ["the source became executable meanwhile", "executable_dot_x", 0o644, 0o022, false],
    ["the source is no longer executable", "dot_x", 0o755, 0o022, false],
    ["the source became private meanwhile", "private_dot_x", 0o644, 0o022, false],
    ["a private file was written as private", "private_dot_x", 0o600, 0o022, true],
    ["everything is private under umask 077", "dot_x", 0o600, 0o077, true],
    ["a read-only file was written as read-only", "readonly_dot_x", 0o444, 0o022, true],
    ["the source became read-only meanwhile", "readonly_dot_x", 0o644, 0o022, false],
  ];

for (const [why, path, mode, umask, same] of written) {
  Deno.test(`what chezmoi wrote ${same ? "is" : "is not"} what the source says: ${why}`, () => {
    const entry = { type: "file", mode, contentsSHA256: hash };
    assert.equal(wroteThis(entry, { path: `dir/${path}`, sha256: hash }, umask), same);
  });
}

Deno.test("what chezmoi wrote is not what the source says when the content or the type differs", () => {
  const entry = { type: "file", mode: 0o644, contentsSHA256: hash };
  assert.equal(wroteThis(entry, { path: "dot_x", sha256: "b".repeat(64) }, 0o022), false);
  assert.equal(
    wroteThis({ ...entry, type: "symlink" }, { path: "dot_x", sha256: hash }, 0o022),
    false,
  );
});
