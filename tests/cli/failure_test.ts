import assert from "node:assert/strict";
import { ExitCode } from "../../src/cli/exit_code.ts";
import { Failure, refusal, usageFailure } from "../../src/cli/failure.ts";

Deno.test("a failure is an error with code 1, its cause kept, and no hint unless given", () => {
  const cause = new Error("below");
  const failure = new Failure("cannot do it", { cause });
  assert(failure instanceof Error);
  assert.deepEqual(
    [failure.name, failure.message, failure.code, failure.hint, failure.cause],
    ["Failure", "cannot do it", ExitCode.failed, undefined, cause],
  );
});

Deno.test("a usage failure has code 2, with a hint or without", () => {
  assert.deepEqual(
    [usageFailure("wrong").code, usageFailure("wrong").hint, usageFailure("wrong", "so").hint],
    [ExitCode.usage, undefined, "so"],
  );
});

Deno.test("a refusal has code 3 and always a hint", () => {
  const failure = refusal("it is parked", "resolve it");
  assert.deepEqual([failure.code, failure.hint], [ExitCode.needsPerson, "resolve it"]);
});

Deno.test("no two endings share an exit code", () => {
  const codes = Object.values(ExitCode);
  assert.equal(new Set(codes).size, codes.length);
});
