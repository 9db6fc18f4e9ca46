import { ok } from "node:assert/strict";
import { scan } from "../../src/secrets/scan.ts";
import { armored, drawn, made } from "./made_secrets.ts";

/** What is hard to search: by name, what is repeated in one line. */
const hard: Readonly<Record<string, string>> = {
  "one letter": "a",
  "equals signs": "=",
  "spaces": " ",
  "line ends": "\n",
  "beginnings of armor": "-----BEGIN ",
  "heads of private keys": armored("RSA PRIVATE KEY").split("\n")[0] + "Head: a ",
  "names that are assigned names": "password=",
  "names and quotes": 'password="',
  "names without an end": "api_key.",
  "names and spaces": "token            ",
  "names in a sentence": "the key (token, secret) ",
  "secrets in one line": `secret = "${drawn(32)}"; `,
  "hosts without an end": "https://a:",
  "parts of web tokens": ".eyJ",
  "webs of tokens": `ey${"J"}${drawn(20)}.ey${"J"}${drawn(20)}.`,
  "machines": "machine a login b ",
  "dollars": "$2$y$6$",
  "everything at once": Object.values(made).flat().map(([, text]) => text).join(" "),
};

/** The shortest of some times in milliseconds, since others use the machine as well. */
function timeOf(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const begun = performance.now();
    scan(text, "notes.txt");
    return performance.now() - begun;
  });
  return Math.min(...times);
}

for (const [what, part] of Object.entries(hard)) {
  Deno.test(`four times as much takes about four times as long: ${what}`, () => {
    const text = part.repeat(Math.ceil(60_000 / part.length));
    timeOf(text); // Until it is compiled.
    const pairs = Array.from({ length: 3 }, () => [timeOf(text), timeOf(text.repeat(4))] as const);
    // A quadratic search takes sixteen times as long, each time.
    ok(
      pairs.some(([short, long]) => long < 9 * short + 10),
      `in milliseconds: ${pairs.join("; ")}`,
    );
  });
}
