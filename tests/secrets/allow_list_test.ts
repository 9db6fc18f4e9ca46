import { deepEqual, equal, throws } from "node:assert/strict";
import { isAllowed, parseAllowList } from "../../src/secrets/allow_list.ts";
import { Failure } from "../../src/cli/failure.ts";

/** A line of the list, a path and a rule, and whether that is allowed. */
const rows: Readonly<
  Record<string, readonly [line: string, path: string, rule: string, allowed: boolean]>
> = {
  "a path and a rule": ["a/b.nix password-hash", "a/b.nix", "password-hash", true],
  "another rule is not meant": ["a/b.nix password-hash", "a/b.nix", "jwt", false],
  "another path is not meant": ["a/b.nix jwt", "a/b.nix.old", "jwt", false],
  "a path is a whole one": ["b.nix jwt", "a/b.nix", "jwt", false],
  "a dot is a dot": ["a.nix jwt", "a-nix", "jwt", false],
  "a star is every rule": ["a *", "a", "jwt", true],
  "a star stays within a folder": ["hosts/*/x.nix jwt", "hosts/one/x.nix", "jwt", true],
  "a star crosses no folder": ["hosts/*.nix jwt", "hosts/one/x.nix", "jwt", false],
  "two stars cross folders": ["hosts/**/x.nix jwt", "hosts/one/two/x.nix", "jwt", true],
  "two stars are no folder, too": ["**/x.nix jwt", "x.nix", "jwt", true],
  "two stars at the end are all below": ["tests/** *", "tests/a/b", "jwt", true],
  "a slash at the end is all below": ["tests/ *", "tests/a/b", "jwt", true],
  "a slash at the beginning is the root": ["/a jwt", "a", "jwt", true],
  "a question mark is one letter": ["a? jwt", "ab", "jwt", true],
  "brackets are letters": ["[id].ts jwt", "[id].ts", "jwt", true],
  "a path may have spaces": ["commit message jwt", "commit message", "jwt", true],
  "a rule may be one of gitleaks": ["a gitleaks:x-key", "a", "gitleaks:x-key", true],
  "a comment is left out": ["a jwt # it is expired", "a", "jwt", true],
  "a line may be a comment": ["# a jwt", "a", "jwt", false],
  "a hash may be in a name": ["a#b jwt", "a#b", "jwt", true],
  "tabs separate as well": ["a\tjwt\r", "a", "jwt", true],
};

for (const [sentence, [line, path, rule, allowed]] of Object.entries(rows)) {
  Deno.test(`in the allow list ${sentence}`, () => {
    equal(isAllowed(parseAllowList(`\n# for tests\n${line}\n`), path, rule), allowed);
  });
}

Deno.test("a wrong line of the allow list is a usage failure that names file and line", () => {
  const failure = (text: string): Failure => {
    let thrown: unknown;
    throws(() => parseAllowList(text), (error) => {
      thrown = error;
      return error instanceof Failure;
    });
    return thrown as Failure;
  };
  const alone = failure("# first\nonly/a/path\n");
  equal(alone.message, '.holdfast-allow-secrets:2: "only/a/path" should be a path and a rule');
  const mistyped = failure("a jwt\nb password-hsh\n");
  equal(mistyped.message, '.holdfast-allow-secrets:2: there is no rule "password-hsh"');
  equal(mistyped.hint, "did you mean password-hash?");
  deepEqual([alone.code, mistyped.code], [2, 2]);
});
