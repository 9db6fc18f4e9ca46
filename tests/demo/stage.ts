import type { Host, Sandbox } from "../support/sandbox.ts";
import { BrokenClaim, claim } from "./claims.ts";
import { heading, paint, print, tell } from "./narration.ts";

/** Where what a host does begins. */
const indent = 2 + "desktop".length + 2;

/** Where the story plays: what persons do on their hosts, told while it is done. */
export class Stage {
  /** Every line that somebody wrote, with the host and the file it was written on. */
  readonly written: { readonly line: string; readonly host: string; readonly file: string }[] = [];
  readonly #unplugged = new Set<Host>();

  constructor(readonly sandbox: Sandbox) {}

  /** Tells where everything is, for whoever wants to look. */
  kept(): void {
    const { remote, hosts, root } = this.sandbox;
    heading("Look around");
    print([
      `remote   ${remote}`,
      ...hosts.map(({ name, home }) => `${name.padEnd(8)} ${home}`),
      "sources  .local/share/chezmoi in each home; records .local/state/chezmoi-sync",
      "history  git log --graph main, in the remote",
      `remove   rm -r ${root}`,
    ]);
    console.log();
  }

  /** A new host with an empty home. */
  async newHost(name: string): Promise<Host> {
    return await this.sandbox.host(name);
  }

  /** The host of that name. */
  host(name: string): Host {
    const host = this.sandbox.hosts.find((host) => host.name === name);
    if (host === undefined) throw new Error(`there is no host ${name}`);
    return host;
  }

  /** Somebody adds a line at the end of a file, which may be new. */
  async append(host: Host, file: string, line: string): Promise<void> {
    const before = await host.read(file).catch(() => "");
    await this.#write(host, file, `${before}${line}\n`, line);
    this.#tell(host, `${file}: ${paint("32", `+ ${line}`)}`);
  }

  /** Somebody changes the line of a file that starts in some way. */
  async change(host: Host, file: string, start: string, line: string): Promise<void> {
    const lines = (await host.read(file).catch(() => "")).split("\n");
    const at = lines.findIndex((each) => each.startsWith(start));
    if (at < 0) {
      throw new BrokenClaim(`${file} on ${host.name} has a line that starts with ${start.trim()}`);
    }
    await this.#write(host, file, lines.with(at, line).join("\n"), line);
    this.#tell(host, `${file}: ${paint("31", `- ${lines[at]}`)}`);
    console.log(`${" ".repeat(indent + file.length + 2)}${paint("32", `+ ${line}`)}`);
  }

  /** Somebody begins files, whose every line counts. */
  async begin(host: Host, files: Readonly<Record<string, readonly string[]>>): Promise<void> {
    for (const [file, lines] of Object.entries(files)) {
      for (const line of lines) await this.#write(host, file, lines.join("\n") + "\n", line);
    }
    this.#tell(host, `has ${Object.keys(files).join(", ")}`);
  }

  async #write(host: Host, file: string, text: string, line: string): Promise<void> {
    await host.write(file, text);
    this.written.push({ line, host: host.name, file });
  }

  /** The host loses its network, or has it back. */
  plug(host: Host, connected: boolean): void {
    if (connected) this.#unplugged.delete(host);
    else this.#unplugged.add(host);
    this.#tell(host, connected ? "(the network is back)" : "(the network is gone)");
  }

  /** A file of a host has this line, which is told. */
  async shows(host: Host, file: string, line: string): Promise<void> {
    const there = (await host.read(file).catch(() => "")).split("\n").includes(line);
    claim(there, `${file} on ${host.name} has the line ${line}`);
    this.#tell(host, `has ${line}`);
  }

  /** chezmoi on a host; it has to succeed and is not asked for more. */
  async chezmoi(host: Host, ...args: string[]): Promise<void> {
    this.#tell(host, `$ ${["chezmoi", ...args].join(" ")}`);
    await host.chezmoi(...args.map((arg) => arg.replace(/^~/, host.home)));
  }

  /** A sync, which has to end with 0. */
  async sync(host: Host, ...args: string[]): Promise<void> {
    await this.program(host, 0, "chezmoi-sync", ...args);
  }

  /** Runs one of our programs, told with its answer; it has to end with this status. */
  async program(host: Host, status: number, name: string, ...args: string[]): Promise<void> {
    const shown = ["$", name, ...args].join(" ").replaceAll(this.sandbox.remote, "remote.git");
    const ended = await host.program(name, [
      // All hosts are this machine: what a host is called is what tells them apart.
      ...["--host", host.name],
      ...args.map((arg) => arg.replace(/^~/, host.home)),
    ], this.#unplugged.has(host) ? { env: nowhere(this.sandbox.remote) } : {});
    const answer = this.#shortened(host, ended.stderr + ended.stdout);
    const marked = ended.status === 0 ? answer : [...answer, `(exit status ${ended.status})`];
    tell(host.name, shown, marked);
    if (ended.status !== status) {
      throw new BrokenClaim(`${name} on ${host.name} ends with ${status}, not ${ended.status}`);
    }
  }

  #shortened(host: Host, output: string): string[] {
    return output.replaceAll(host.home, "~").replaceAll(this.sandbox.remote, "remote.git")
      .split("\n").filter((line) => line !== "");
  }

  #tell(host: Host, text: string): void {
    tell(host.name, text);
  }
}

/** Leads git away from the remote to a port where nobody listens, as without a network. */
function nowhere(remote: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "url.git://127.0.0.1:1/.insteadOf",
    GIT_CONFIG_VALUE_0: remote,
  };
}
