/**
 * `deno task record`: writes docs/rebuild-smart-session.txt, what a person sees of `rebuild-smart`,
 * from a real run on a throwaway host. A test runs it again and compares.
 */
import { setTimeout as delay } from "node:timers/promises";
import { claim } from "./claims.ts";
import { RebuildHost } from "./rebuild_host.ts";

/** The recording, in the repository. */
export const recording = new URL("../../docs/rebuild-smart-session.txt", import.meta.url);

const beginning = `A session with rebuild-smart, as it stood on a wide terminal.

This file is made from a real run on a throwaway host by \`deno task record\`, and a test makes sure
that it is what the program says today. Replaced are places, hashes, times and how long each phase
took. Lines with # tell what happened elsewhere.
`;

/** Plays the session and returns it as text, the same each time. */
export async function record(): Promise<string> {
  await using host = await RebuildHost.create();
  const lines: string[] = [beginning];
  const types = async (command: string, status = 0): Promise<void> => {
    // Runs are told apart by the second they began in.
    if (/^rebuild-smart( --rollback|$)/.test(command)) await delay(1000 - Date.now() % 1000);
    const ended = await host.types(command);
    lines.push(`$ ${command}`, ...(ended.screen === "" ? [] : [ended.screen]));
    if (status !== 0) lines.push("$ echo $?", `${ended.status}`);
    lines.push("");
    claim(ended.status === status, `${command} ends with ${status}: ${ended.screen}`);
  };
  const happens = (what: string): void => void lines.push(`# ${what}`, "");

  await host.push("Update to november", { "flake.nix": "november\n" });
  happens("Another host pushed an update. What would be done about it?");
  await types("rebuild-smart --dry-run");
  await types("echo 'export EDITOR=hx' >> ~/.bashrc");
  await types("mkdir hosts; echo '{ }' > hosts/desktop.nix");
  await types("rebuild-smart");
  host.plug(false);
  happens("The network is gone.");
  await types("echo december > flake.nix");
  await types("rebuild-smart");
  host.plug(true);
  happens("The network is back: what waited is pushed.");
  await types("rebuild-smart");
  await host.push("Break the build", { "flake.nix": "broken\n" });
  happens("Another host pushed what cannot be built.");
  await types("rebuild-smart", 5);
  await types("git status --short --branch");
  happens("And back to the system before this one, git and all.");
  await types("rebuild-smart --history");
  await types("rebuild-smart --rollback 1");
  await types("cat flake.nix");
  return settled(lines.join("\n").trimEnd() + "\n", host);
}

/** The text with everything that differs from one time to the next replaced by what never does. */
function settled(
  text: string,
  { sandbox, dotfiles, desktop: { host, repo, store } }: RebuildHost,
): string {
  const places = [
    [`${store.path}/`, "/nix/store/"],
    [repo, "/home/ada/nix-config"],
    [host.home, "/home/ada"],
    [dotfiles, "git.example.org:ada/dotfiles.git"],
    [sandbox.remote, "git.example.org:ada/nix-config.git"],
    ["127.0.0.1", "git.example.org"],
  ] as const;
  const here = places.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const dates = [...new Set(here.match(date))].sort();
  const [hash, commit] = [renamed(32), renamed(12)];
  return here
    .replaceAll(date, (each) => isoSeconds(new Date(start + dates.indexOf(each) * 600_000)))
    .replaceAll(/(?<=\/nix\/store\/)[0-9a-z]{32}(?=-)/g, (each) => hash(each))
    // git and our programs cut ids to lengths of their own.
    .replaceAll(
      /\b(?=[a-f]*\d)[0-9a-f]{7,12}\b/g,
      (id) => commit(id.slice(0, 7)).slice(0, id.length),
    )
    .replaceAll(/(?<=^[^ ] [A-Z].* )\d+ s(?= |$)/gm, "1 s");
}

const date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/** The second in which the recorded session began, as far as anybody can tell. */
const start = Date.UTC(2026, 11, 1, 20, 0, 0);

function isoSeconds(time: Date): string {
  return time.toJSON().replace(/\.\d+/, "");
}

/** Gives each id another one, by the order in which they come. */
function renamed(length: number): (id: string) => string {
  const known: string[] = [];
  return (id) => {
    if (!known.includes(id)) known.push(id);
    // Any number without a pattern, each a multiple of it; hexadecimal is in every alphabet.
    const digits = 0x9e3779b97f4a7c15f39cc0605cedc835n * BigInt(known.indexOf(id) + 1);
    return digits.toString(16).slice(-length).padStart(length, "0");
  };
}

if (import.meta.main) {
  await Deno.writeTextFile(recording, await record());
  console.log(`wrote ${recording.pathname}`);
}
