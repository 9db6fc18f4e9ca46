import type { Output } from "../host/process.ts";

/** Why a remote operation failed. */
export interface RemoteTrouble {
  /** `away` heals by itself (no network, no answer); `refused` needs a person. */
  readonly kind: "away" | "refused";
  /** One line. */
  readonly reason: string;
}

/** What git, ssh and curl say when the other end was reached and said no. */
const refusals = new RegExp(
  [
    "Permission denied",
    "Authentication failed",
    "could not read (Username|Password)",
    "terminal prompts disabled",
    "Host key verification failed",
    "Repository not found",
    "does not appear to be a git repository",
    "not a git repository",
    "error: 40[134]",
    "access denied",
    "rejected",
    "hook declined",
    "No space left on device",
    "unpack failed",
    "insufficient permission",
    "not exported",
    // Said by jj, before it asks anybody.
    "Won't push commit",
  ].join("|"),
  "i",
);

/** Lines that announce a reason, or advise, without saying what was wrong. */
const leadIn = new RegExp(
  [
    "External git program failed",
    "^(Error: )?Failed to push",
    "^(Error: )?The remote rejected the following updates",
    "^Hint:",
    "^Please make sure you have the correct access",
    "^and the repository exists",
    "^Changes to push to",
    "^Try fetching",
  ].join("|"),
);

/** Reads why a remote operation failed out of what it printed. */
export function remoteTrouble(output: Output, bound: number): RemoteTrouble {
  if (output.timedOut) return { kind: "away", reason: `no answer within ${bound / 1000} s` };
  const all = output.stderr.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !leadIn.test(line));
  const specific = all.filter((line) => !/Could not read from remote repository/.test(line));
  const lines = specific.length > 0 ? specific : all;
  const telling = lines.find((line) => refusals.test(line));
  const said = telling ?? lines.find((line) => /fatal|error/i.test(line)) ?? lines[0];
  // git says which address on one line and what was wrong with it on the next.
  const reason = said?.endsWith(":") ? `${said} ${lines[lines.indexOf(said) + 1] ?? ""}` : said;
  return {
    kind: telling === undefined ? "away" : "refused",
    reason: (reason ?? `exit status ${output.status}`).replace(/^(fatal|error|Error|remote): /, ""),
  };
}
