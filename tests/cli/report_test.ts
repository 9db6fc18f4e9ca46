import assert from "node:assert/strict";
import { bareEnvironment, commandLine, transcript } from "./fixtures/fixture.ts";

const args = ["--ending", "narrated"];
const plain = `the answer
! one
! two
! warning: 100 %s %c
! error: three
!   at four
! hint: five
= 0
`;

Deno.test("the answer is on stdout and the narration on stderr, plain without a terminal", async () => {
  assert.equal(await transcript("greet", { args }), plain);
});

Deno.test("in a unit every line of the narration has its priority", async () => {
  assert.equal(
    await transcript("greet", { args, env: { JOURNAL_STREAM: "8:12345" } }),
    `the answer
! <6>one
! <6>two
! <4>warning: 100 %s %c
! <3>error: three
! <3>  at four
! <6>hint: five
= 0
`,
  );
});

Deno.test("an empty JOURNAL_STREAM is none", async () => {
  assert.equal(await transcript("greet", { args, env: { JOURNAL_STREAM: "" } }), plain);
});

Deno.test("on a terminal the marks are coloured", async () => {
  const said = await onTerminal({});
  assert(said.includes("\x1b[33mwarning: \x1b[0m100 %s %c"), said);
  assert(said.includes("\x1b[31merror: \x1b[0mthree"), said);
  assert(said.includes("\x1b[36mhint: \x1b[0mfive"), said);
});

Deno.test("with NO_COLOR they are not, with an empty NO_COLOR they are", async () => {
  assert(!(await onTerminal({ NO_COLOR: "1" })).includes("\x1b"));
  assert((await onTerminal({ NO_COLOR: "" })).includes("\x1b[31merror: "));
});

Deno.test("in a unit with a terminal there are priorities and no colours", async () => {
  const said = await onTerminal({ JOURNAL_STREAM: "8:12345" });
  assert(said.includes("<3>error: three") && !said.includes("\x1b"), said);
});

/** The narration of the fixture on a terminal of its own, as `script` makes one. */
async function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", commandLine("greet", args).join(" "), "/dev/null"],
    clearEnv: true,
    env: { ...bareEnvironment(), TERM: "xterm", ...env },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}
