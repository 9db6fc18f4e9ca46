import assert from "node:assert/strict";
import { bareEnvironment, commandLine, transcript } from "../cli/fixtures/fixture.ts";
import { longDetail } from "../cli/fixtures/phases.ts";
import { onPty } from "../support/pty.ts";
import { type Resizing, Terminal } from "./fixtures/terminal.ts";

const utf8 = { LANG: "C.UTF-8", TERM: "xterm" };

const last = `Rebuilding
✓ Prepare          1 s  3 files
– Pull                  offline
✓ Build     1 min 15 s  made all of the system all of the system all of the sy…
✓ Compare          0 s  世界 👍 é\\x1b[2Jé
→ Ask                   ask for a yes
! Activate         3 s  one …
✗ Watch     1 h 06 min  not reached
· Finish
END`;

/** What is said above the list on a terminal of 80 columns, and stays there. */
const above = `warning: the store is nearly full
${`[ok] Build (1 min 15 s): ${longDetail}`.match(/.{1,80}/g)?.map((row) => row.trim()).join("\n")}
ANSWER
warning: Activate (3.0 s): one
two units failed`;

const inLines = `Rebuilding
[ok] Prepare (1.3 s): 3 files
[skipped] Pull: offline
Build ...
warning: the store is nearly full
[ok] Build (1 min 15 s): ${longDetail}
Compare ...
ANSWER
[ok] Compare (0.0 s): 世界 👍 é\\x1b[2Jé
[planned] Ask: ask for a yes
warning: Activate (3.0 s): one
two units failed
[failed] Watch (1 h 06 min): not reached
END`;

const inAscii = `[ok] Prepare          1 s  3 files
[--] Pull                  offline
[ok] Build     1 min 15 s  made all of the system all of the system all of t...
[ok] Compare          0 s  世界 👍 é\\x1b[2Jé
[->] Ask                   ask for a yes
[!!] Activate         3 s  one ...
[XX] Watch     1 h 06 min  not reached
[  ] Finish`;

Deno.test("a terminal shows a list, and above it what has no room there", async () => {
  const { terminal, bytes } = await played("whole", utf8);
  assert.equal(terminal.text, `${above}\n${last}`);
  assert(bytes.includes("\x1b[32m✓\x1b[0m Prepare") && bytes.includes("⠋"));
  assert(bytes.includes("\x1b[2m  building 1999\x1b[0m"), "the last line heard");
  assert(bytes.includes("  copying 2 of 9") && !bytes.includes("copying 1"));
  // Thousands of lines are heard, few of them drawn.
  assert(bytes.split("building ").length < 20);
});

Deno.test("with NO_COLOR it is the same without colours", async () => {
  const { terminal, bytes } = await played("whole", { ...utf8, NO_COLOR: "1" });
  assert.equal(terminal.text, `${above}\n${last}`);
  assert(!bytes.includes("m✓") && !bytes.includes("\x1b[0m"));
});

for (const env of [{ TERM: "xterm", LANG: "C" }, { TERM: "vt100", LANG: "de_DE.UTF-8" }]) {
  Deno.test(`with ${JSON.stringify(env)} its marks are ASCII`, async () => {
    const { terminal, bytes } = await played("whole", env);
    assert.equal(terminal.text, `${above}\nRebuilding\n${inAscii}\nEND`);
    assert(bytes.includes("[- ]") && !/[✓⠋…–]/.test(bytes));
  });
}

Deno.test("a narrow terminal loses nothing", async () => {
  const { terminal, bytes } = await played("whole", utf8, { columns: 40, rows: 24 });
  assertAllSaid(terminal);
  assert.equal(
    terminal.text.slice(terminal.text.indexOf("Rebuilding")),
    `Rebuilding
✓ Prepare          1 s  3 files
– Pull                  offline
✓ Build     1 min 15 s  made all of th…
✓ Compare          0 s  世界 👍 é\\x1b[…
→ Ask                   ask for a yes
! Activate         3 s  one …
✗ Watch     1 h 06 min  not reached
· Finish
END`,
  );
  assert(bytes.includes("⠋"));
});

Deno.test("a low terminal shows a part, and all of it at the end", async () => {
  const { terminal, bytes } = await played("whole", utf8, { columns: 80, rows: 4 });
  assert.equal(terminal.text, `${above}\n${last}`);
  assert(bytes.includes("⠋"));
});

const dull:
  readonly (readonly [string, Record<string, string>, { columns: number; rows: number }])[] = [
    ["without a size, as a serial console", utf8, { columns: 0, rows: 0 }],
    ["that is too narrow", utf8, { columns: 19, rows: 24 }],
    ["that is too low", utf8, { columns: 80, rows: 3 }],
    ["that is dumb", { ...utf8, TERM: "dumb" }, { columns: 80, rows: 24 }],
    ["without TERM", { ...utf8, TERM: "" }, { columns: 80, rows: 24 }],
  ];
for (const [kind, env, size] of dull) {
  Deno.test(`a terminal ${kind}, gets a line for each event`, async () => {
    const { bytes } = await played("whole", { ...env, NO_COLOR: "1" }, size);
    assert.equal(bytes, `${inLines}\n`.replaceAll("\n", "\r\n"));
  });
}

Deno.test("a pipe gets a line for each event, and the answer apart from them", async () => {
  const narration = inLines.replace("ANSWER\n", "").replace(/^/gm, "! ");
  assert.equal(
    await transcript("phases", { env: utf8 }),
    `ANSWER\n${narration}\n= 0\n`,
  );
});

Deno.test("a unit with a terminal gets lines with their priority", async () => {
  const { bytes } = await played("whole", { ...utf8, JOURNAL_STREAM: "8:1" });
  assert(bytes.includes("<4>warning: Activate (3.0 s): one\r\n<4>two units failed\r\n"), bytes);
  assert(!bytes.includes("\x1b["));
});

Deno.test("without a list a phase that takes a while is worth a line before its end", async () => {
  const said = await transcript("phases", { args: ["--play", "slow"] });
  assert.match(
    said,
    /^! Rebuilding\n! Prepare \.\.\.\n! \[ok\] Prepare \(.*: slept\n! Pull \.\.\.\n! pulling\n! \[ok\] Pull \(1\.3 s\)\n! END\n= 0\n$/,
  );
});

for (const resizing of ["reflows", "cuts"] as const) {
  Deno.test(`made narrow, a terminal that ${resizing} has nothing left over`, async () => {
    const { terminal } = await played("narrowed", utf8, { resizing });
    const text = terminal.text;
    assert.equal(
      text.slice(text.indexOf("Rebuilding")),
      `Rebuilding
✓ Prepare  1 s  3 files
– Pull  offline
✓ Build  1 min 15 s  made al…
✓ Compare  0 s  世界 👍 é\\x1…
→ Ask  ask for a yes
! Activate  3 s  one …
✗ Watch  1 h 06 min  not rea…
· Finish
END`,
    );
    // What was said before is cut off by the terminal itself, if it cuts.
    if (resizing === "reflows") assertAllSaid(terminal);
    assert.equal(text.split("Prepare").length, 2, text);
    assert.equal(text.split("copying").length, 1, text);
  });
  Deno.test(`made low, a terminal that ${resizing} has nothing left over`, async () => {
    const { terminal } = await played("lowered", utf8, { resizing });
    assert.equal(terminal.text, `${above}\n${last}`);
  });
}

Deno.test("a terminal that forgets its size is told all in lines", async () => {
  const { terminal } = await played("lost", utf8);
  assertAllSaid(terminal);
  assert(!terminal.text.includes("Rebuilding"), terminal.text);
});

Deno.test("Ctrl-C leaves the list as it was, and the cursor", async () => {
  const { terminal, code } = await played("killed", utf8);
  assert.equal(code, 130);
  assert.match(
    terminal.text,
    /^Rebuilding\n✗ Prepare {3}\d s {2}interrupted\n· Pull\n[^]*· Finish$/,
  );
});

Deno.test("an error that nobody catches is shown below the list", async () => {
  const { terminal, code } = await played("thrown", utf8);
  assert.equal(code, 1);
  assert.match(
    terminal.text,
    /^Rebuilding\n✗ Prepare[^]*· Finish\nerror: Uncaught[^]*nobody catches/,
  );
});

Deno.test("a list that nobody closed is closed at the end", async () => {
  const { terminal } = await played("left", utf8);
  assert.match(terminal.text, /Rebuilding\n✗ Prepare {3}\d s {2}interrupted\n[^]*· Finish$/);
});

Deno.test("in a pipe too a phase that was interrupted has its line", async () => {
  assert.match(
    await transcript("phases", { args: ["--play", "killed"] }),
    /^! Rebuilding\n! \[failed\] Prepare \(.*\): interrupted\n= 130\n$/,
  );
});

Deno.test("Ctrl-Z shows the cursor while the program is stopped", async () => {
  const { bytes, code } = await played("stopped", utf8);
  assert.equal(code, 0);
  assert(bytes.includes("\x1b[J\x1b[?7h\x1b[?25hSTOPPED\r\n\x1b[?25l"), JSON.stringify(bytes));
});

for (const [keys, said] of [["y", "yes"], ["n", "no"], ["\r", "no"], ["\x03", "cancel"]] as const) {
  Deno.test(`asked in between, ${JSON.stringify(keys)} is ${said}`, async () => {
    const { terminal, bytes } = await played("asked", utf8, {
      type: [["Go on?", keys]],
    });
    const asked = bytes.slice(bytes.indexOf("Go on?"), bytes.indexOf(`said ${said}`));
    assert(asked !== "" && !asked.includes("Rebuilding"), bytes);
    assert(terminal.text.endsWith("· Finish\n[ok] Pull (1.3 s): after all\nEND"), terminal.text);
    assert.equal(terminal.text.split("Rebuilding").length, 2, terminal.text);
  });
}

Deno.test("a signal that ends the question shows the cursor again", async () => {
  const { bytes, code } = await played("unanswered", utf8);
  assert.equal(code, 143);
  assert(bytes.includes("Go on?"));
});

Deno.test("where nobody can be asked, the fallback is what they said", async () => {
  assert.match(await transcript("phases", { args: ["--play", "asked"] }), /! said no\n/);
});

/** Nothing that was said is missing; where it was wrapped does not matter. */
function assertAllSaid({ text }: Terminal): void {
  const bare = text.replaceAll(/\s/g, "");
  for (const line of inLines.split("\n").filter((line) => !/^Rebuilding|\.\.\.$/.test(line))) {
    const detail = line.replace(/^\[\w+\] \w+( \(.*?\))?: /, "").replaceAll(/\s/g, "");
    assert(bare.includes(detail), `${detail} is missing:\n${text}`);
  }
}

interface Played {
  readonly terminal: Terminal;
  readonly bytes: string;
  readonly code: number;
}

/**
 * Plays a scene on a terminal of its own, as `script` makes one, and types what is given once its
 * words were seen. However it ends, the terminal is as it was.
 */
async function played(
  scene: string,
  env: Readonly<Record<string, string>>,
  { columns = 80, rows = 24, resizing, type = [] }: {
    readonly columns?: number;
    readonly rows?: number;
    readonly resizing?: Resizing;
    readonly type?: readonly (readonly [seen: string, keys: string])[];
  } = {},
): Promise<Played> {
  const program = commandLine("phases", ["--play", scene]).join(" ");
  const { status: code, bytes } = await onPty(program, {
    columns,
    rows,
    type,
    env: { ...bareEnvironment(), ...env },
  });
  const terminal = new Terminal(columns, rows, resizing).write(bytes);
  // The prompt's own way of drawing is not ours to look at.
  if (!bytes.includes("Go on?")) assert.deepEqual(terminal.unknown, []);
  assert(terminal.isCursorShown && terminal.isWrapping, JSON.stringify(bytes));
  assert.equal(terminal.beforeCursor, "");
  return { terminal, bytes, code };
}
