/** An environment variable; empty counts as unset, as the XDG and systemd specifications want. */
export function environment(name: string): string | undefined {
  const value = Deno.env.get(name);
  return value === "" ? undefined : value;
}

/** Makes this process, and the programs it starts, forget some variables. */
export function forget(names: readonly string[]): void {
  for (const name of names) Deno.env.delete(name);
}

/** This machine's name up to the first dot, as `hostname -s` prints it. */
export function hostName(): string {
  return (Deno.hostname().split(".")[0] ?? "").trim();
}

/** This process's number, for messages and lock files. */
export function processId(): number {
  return Deno.pid;
}

let link: string | undefined;

/** Says by which link a binary of many programs was called; all its links have to lie beside it. */
export function calledByLink(name: string): void {
  link = name;
}

/** The command line that starts this program once more, with the arguments it was given. */
export function ownCommandLine(): readonly string[] {
  // The binary's own name would start none of its programs.
  const binary = Deno.execPath();
  const called = link === undefined ? binary : binary.replace(/[^/]*$/, link);
  const program = Deno.build.standalone
    ? [called]
    : [Deno.execPath(), "run", "-A", "--cached-only", Deno.mainModule];
  return [...program, ...Deno.args];
}

/** The directory relative paths refer to. */
export function workingDirectory(): string {
  return Deno.cwd();
}

/** Whether standard error is a terminal: colours and spinners are welcome. */
export function narratesToTerminal(): boolean {
  return Deno.stderr.isTerminal();
}

/** Whether standard output is a terminal: a person reads the answer. */
export function answersToTerminal(): boolean {
  return Deno.stdout.isTerminal();
}

/** Whether a person sits at both ends: questions may be asked. */
export function isInteractive(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/** The number of the user this process runs as. */
export function userId(): number | null {
  return Deno.uid();
}

/** Gives this process, and the programs it starts from now on, another umask. */
export function setUmask(mask: number): void {
  Deno.umask(mask);
}

/** This process's umask, which the programs it starts inherit. */
export function umask(): number {
  return Deno.umask();
}
