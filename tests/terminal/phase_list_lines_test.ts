import assert from "node:assert/strict";
import fc from "fast-check";
import { cutTo, displayWidth } from "../../src/terminal/display_width.ts";
import { frame } from "../../src/terminal/live_area.ts";
import {
  duration,
  endInWords,
  isWhole,
  lastLines,
  lastWords,
  liveLines,
  type Looks,
  looksOf,
  type PhaseState,
} from "../../src/terminal/phase_lines.ts";
import { Terminal } from "./fixtures/terminal.ts";

const plain: Looks = { coloured: false, unicode: true };
const ascii: Looks = { coloured: false, unicode: false };

/** A run in the middle. */
const state: PhaseState = {
  title: "Rebuilding",
  phases: [
    { name: "Prepare", end: { outcome: "done", detail: "3 files", seconds: 2.9 } },
    { name: "Pull", end: { outcome: "skipped", detail: "offline", seconds: 0 } },
    {
      name: "Compare",
      end: { outcome: "warned", detail: "世界 👍 does not look well", seconds: 61 },
    },
    { name: "Build" },
    { name: "Watch" },
  ],
  running: { name: "Build", seconds: 12.3, heard: "\x1b[1mbuilding\x1b[0m\tall\nof it\n", turn: 1 },
};

const at: Readonly<Record<number, string>> = {
  0: "",
  1: `…
…
…
…
…
…
…`,
  20: `Rebuilding
✓ Prepare  2 s  3 f…
– Pull  offline
! Compare  1 min 01…
⠙ Build  12 s
  of it
· Watch`,
  40: `Rebuilding
✓ Prepare         2 s  3 files
– Pull                 offline
! Compare  1 min 01 s  世界 👍 does not…
⠙ Build          12 s
  of it
· Watch`,
  80: `Rebuilding
✓ Prepare         2 s  3 files
– Pull                 offline
! Compare  1 min 01 s  世界 👍 does not look well
⠙ Build          12 s
  of it
· Watch`,
};

for (const columns of [0, 1, 20, 40, 80, 200]) {
  Deno.test(`the list in ${columns} columns`, () => {
    const lines = liveLines(state, plain, { columns, rows: 24 });
    assert.equal(lines.join("\n"), at[columns] ?? at[80]);
    assert(lines.every((line) => displayWidth(line) <= columns), lines.join("\n"));
    assert.deepEqual(lastLines(state, plain, columns), lines);
  });
}

Deno.test("the list in ASCII", () => {
  assert.equal(
    liveLines(state, ascii, { columns: 40, rows: 24 }).join("\n"),
    `Rebuilding
[ok] Prepare         2 s  3 files
[--] Pull                 offline
[!!] Compare  1 min 01 s  世界 👍 doe...
[\\ ] Build          12 s
     of it
[  ] Watch`,
  );
});

Deno.test("colours take no columns, and end in the line they begin in", () => {
  for (const columns of [1, 2, 7, 20, 40, 80]) {
    const size = { columns, rows: 24 };
    const lines = liveLines(state, { ...plain, coloured: true }, size);
    // deno-lint-ignore no-control-regex
    const bare = lines.map((line) => line.replace(/\x1b\[\d*m/g, ""));
    assert.deepEqual(bare, liveLines(state, plain, size));
    for (const line of lines) assert(!line.includes("\x1b") || line.split("\x1b[0m").length === 2);
  }
});

Deno.test("with fewer rows than lines it is what is around the phase under way", () => {
  const shown = (rows: number): string => {
    return liveLines(state, plain, { columns: 7, rows }).map((line) => line.trim()).join("|");
  };
  assert.equal(
    shown(7),
    "Rebuil…|✓ Prep…|– Pull…|! Comp…|⠙ Buil…|of it|· Watch",
  );
  assert.equal(shown(4), "! Comp…|⠙ Buil…|of it|· Watch");
  assert.equal(shown(2), "⠙ Buil…|of it");
  assert.equal(shown(1), "⠙ Buil…");
  assert.equal(shown(0), "");
});

Deno.test("nothing that a detail or a program says controls the terminal", () => {
  const hostile = "a\x1b[2J\x1b]0;title\x07\r\x9b1mb\tc\nsecond line\x00";
  const lines = liveLines(
    {
      title: hostile,
      phases: [{ name: "x", end: { outcome: "failed", detail: hostile, seconds: 1 } }, {
        name: "y",
      }],
      running: { name: "y", seconds: 0, heard: hostile, turn: 0 },
    },
    plain,
    { columns: 200, rows: 24 },
  );
  assert.deepEqual(lines, [
    "a\\x1b[2J\\x1b]0;title\\x07\\x0d\\x9b1mb c …",
    "✗ x  1 s  a\\x1b[2J\\x1b]0;title\\x07\\x0d\\x9b1mb c …",
    "⠋ y  0 s",
    "  second line\\x00",
  ]);
});

Deno.test("what is cut is told apart from what is whole", () => {
  const whole = (detail: string, columns: number): boolean => {
    const end = { outcome: "done", detail, seconds: 1 } as const;
    const phase = { name: "x", end };
    return isWhole({ title: "", phases: [phase] }, phase, plain, columns);
  };
  const rows = [["abc", 13, true], ["abc", 12, false], ["", 8, true], ["a\nb", 80, false]] as const;
  for (const [detail, columns, expected] of rows) assert.equal(whole(detail, columns), expected);
});

Deno.test("text is cut by columns and never within a character", () => {
  const family = "👨‍👩‍👧";
  const cases: readonly (readonly [string, number, string])[] = [
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["ab cd", 4, "ab…"],
    ["世界世界", 5, "世界…"],
    ["世界世界", 4, "世…"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
    [`${family}${family}`, 3, `${family}…`],
    ["𠀀𠀀𠀀", 4, "𠀀…"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
    ["", 0, ""],
  ];
  for (const [text, columns, cut] of cases) assert.equal(cutTo(text, columns, "…"), cut);
  assert.equal(cutTo("abc", 2, "..."), "ab");
});

Deno.test("text that is cut has no more columns than it may, and no half characters", () => {
  const piece = fc.constantFrom(
    "a",
    " ",
    "é",
    "e\u0301",
    "я\u0301",
    "世",
    "𠀀",
    "👍",
    "👨‍👩‍👧",
    "🇩🇪",
    "✓",
  );
  fc.assert(fc.property(fc.array(piece), fc.nat(12), (pieces, columns) => {
    const text = pieces.join("");
    const cut = cutTo(text, columns, "…");
    assert(displayWidth(cut) <= columns && cut.isWellFormed());
    if (displayWidth(text) <= columns) assert.equal(cut, columns === 0 ? "" : text);
  }));
});

Deno.test("a program's last words", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["one\ntwo\n", "two"],
    ["\x1b[32mgreen\x1b[0m \x1b[K", "green"],
    ["10 %\r20 %\r", "20 %"],
    ["a\tb\x07", "a b\\x07"],
    ["\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\n\n", ""],
  ];
  for (const [said, words] of cases) assert.equal(lastWords(said), words);
});

Deno.test("times", () => {
  const cases = [[0, "0 s"], [59.9, "59 s"], [60, "1 min 00 s"], [3599, "59 min 59 s"], [
    3660,
    "1 h 01 min",
  ]] as const;
  for (const [seconds, words] of cases) assert.equal(duration(seconds), words);
});

Deno.test("an end in words says all", () => {
  const said = (outcome: "done" | "skipped" | "warned" | "failed" | "planned"): string =>
    endInWords("Pull", { outcome, detail: "a\nb", seconds: 2.14 });
  assert.equal(said("done"), "[ok] Pull (2.1 s): a\nb");
  assert.equal(said("skipped"), "[skipped] Pull: a\nb");
  assert.equal(said("warned"), "Pull (2.1 s): a\nb");
  assert.equal(said("failed"), "[failed] Pull (2.1 s): a\nb");
  assert.equal(said("planned"), "[planned] Pull: a\nb");
  assert.equal(
    endInWords("x", { outcome: "done", detail: "", seconds: 60 }),
    "[ok] x (1 min 00 s)",
  );
});

Deno.test("the locale and the kind of terminal say what can be shown", () => {
  const cases = [
    [{ LANG: "de_DE.UTF-8", TERM: "xterm" }, true],
    [{ LANG: "C.utf8", TERM: "screen-256color" }, true],
    [{ LC_ALL: "C", LANG: "de_DE.UTF-8", TERM: "xterm" }, false],
    [{ LC_CTYPE: "de_DE.UTF-8", LANG: "C", TERM: "xterm" }, true],
    [{ TERM: "xterm" }, false],
    [{ LANG: "de_DE.UTF-8", TERM: "linux" }, false],
    [{ LANG: "de_DE.UTF-8", TERM: "vt220" }, false],
  ] as const;
  for (const [environment, unicode] of cases) {
    assert.deepEqual(looksOf(environment), { coloured: true, unicode });
  }
  assert.equal(looksOf({ NO_COLOR: "1" }).coloured, false);
});

for (const columns of [20, 40]) {
  Deno.test(`one frame after another leaves nothing of the first, in ${columns} columns`, () => {
    const frames = [
      ["one", "two", "three"],
      ["one", "a longer line", "three"],
      ["one"],
      [],
      // What the terminal takes for wider than we do must not go on in the next row.
      ["👨‍👩‍👧".repeat(9), "x".repeat(columns - 1), "last"],
      ["one", "two"],
    ];
    const terminal = new Terminal(columns, 5).write("before\r\n\r\n\r\n\r\n");
    let before: readonly string[] = [];
    for (const lines of frames) {
      terminal.write(frame(before, lines));
      before = lines;
      assert.equal(terminal.beforeCursor, "");
      assert.equal(
        terminal.text.split("\n").length,
        Math.max(1, 4 + lines.length) - (lines.length === 0 ? 3 : 0),
      );
    }
    assert.equal(terminal.text, "before\n\n\n\none\ntwo");
    assert.deepEqual(terminal.unknown, []);
    assert.equal(frame(before, before), "");
  });
}
