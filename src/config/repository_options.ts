import { choice, count, enable, type Options, seconds, text, textOr } from "../cli/options.ts";
import { strategies } from "./decide_pull.ts";

/** What all programs take that work on a configuration repository. */
export const repositoryOptions = {
  repo: text("DIR", "the configuration repository", {
    fallbackText: "the one the current directory is in",
  }),
  branch: text("NAME", "branch to work on; another one checked out is refused", {
    fallbackText: "the one that is checked out",
  }),
  remote: textOr("origin", "NAME", "remote to pull from and push to"),
  host: text("NAME", "name of this host in commits", { fallbackText: "the host name" }),
  conflictStrategy: choice(
    strategies,
    "abort",
    "whose lines win where this host and the remote changed the same ones; abort: nobody's",
    { flag: "--on-conflict" },
  ),
  timeout: seconds(120, "bound on each operation that talks to the remote"),
} satisfies Options;

/** How a run waits for another one. */
export const waitOption = {
  wait: count(0, [0, 86_400], "seconds to wait while another run is at work"),
} satisfies Options;

/** What is said only on the command line. */
export const runOptions = {
  acceptRewritten: enable("take over a remote whose history was rewritten", { flagOnly: true }),
  dryRun: enable("say what would be done, change nothing", { flagOnly: true }),
  json: enable("print the answer as JSON", { flagOnly: true }),
} satisfies Options;
