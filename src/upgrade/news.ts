import type { NotifyPreset } from "../config/notify_option.ts";

/** What somebody is told when the state of a host changes. */
export interface News {
  readonly schema: 1;
  readonly event: "well" | "unwell" | "reboot-pending";
  readonly host: string;
  /** How the run ended. */
  readonly result: string;
  readonly message: string;
  readonly commit: string | null;
  readonly toplevel: string | null;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** A program that takes news, and what it gets on standard input. */
export interface Telling {
  readonly argv: readonly string[];
  readonly stdin: string;
}

const subjects = {
  "well": "is well again",
  "unwell": "could not be upgraded",
  "reboot-pending": "waits for a reboot",
} as const;

/** The command of a ready preset. */
export function tellingBy({ kind, to, headerFile }: NotifyPreset, news: News): Telling {
  const subject = oneLine(`${news.host} ${subjects[news.event]}`);
  const headers = headerFile === undefined ? [] : ["--header", `@${headerFile}`];
  const curl = ["curl", "--fail", "--silent", "--show-error", "--max-time", "25", ...headers];
  const json = ["--header", "Content-Type: application/json", "--data-binary", "@-"];
  switch (kind) {
    case "ntfy":
      return {
        argv: [
          ...[...curl, "--header", `Title: ${subject}`],
          ...["--header", `Priority: ${news.event === "unwell" ? "high" : "default"}`],
          ...["--data-binary", "@-", to],
        ],
        stdin: news.message,
      };
    case "webhook":
      return { argv: [...curl, ...json, to], stdin: JSON.stringify(news) };
    case "matrix": {
      const body = `${subject}: ${news.message}`;
      // The same news sent twice is one message: the end of the URL tells them apart.
      const transaction = `${news.host}-${news.time}`.replaceAll(/[^A-Za-z0-9-]/g, "-");
      return {
        argv: [...curl, "--request", "PUT", ...json, `${to}/${transaction}`],
        stdin: JSON.stringify({ msgtype: "m.text", body }),
      };
    }
    case "mail":
      return {
        argv: ["sendmail", "-i", to],
        stdin: `To: ${to}\nSubject: ${subject}\n` +
          `Content-Type: text/plain; charset=utf-8\n\n${news.message}\n\n` +
          `${news.time}, commit ${news.commit ?? "unknown"}, ${news.toplevel ?? "unknown"}\n`,
      };
  }
}

/** A header must not bring a second one along. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
