/** A machine that can be run, asked, rebooted and cut from its power. */
import { run } from "../build/run_program.ts";
import type { Image } from "../build/image.ts";
import { Lines, readLines } from "./lines.ts";
import { type Parts, type Power, powerOn, usualProcessor } from "./qemu.ts";

/** What a command on the machine came to. */
export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One start of the machine's operating system. */
export interface Boot {
  readonly id: string;
  /** The name of the generation; empty when it did not get as far as its stage 2. */
  readonly generation: string;
}

/** How far a boot can come. */
export type Stage = "initrd" | "stage-2" | "up";

/** Seconds that a boot may take, from the power switch or the reboot until the machine is up. */
const bootBound = 600;

/** A machine with a disk and firmware variables of its own. */
export class Machine {
  /** What came over the serial console. */
  readonly console: Lines;
  /** How far boots came: `STAGE BOOT-ID [TOPLEVEL]`. */
  readonly #events: Lines;
  readonly #answers = new Lines();
  #power: Power | undefined;
  #readers: Promise<unknown> = Promise.resolve();
  #asked = 0;
  /** Events and lines of the console before these were waited for already. */
  #seenEvents = 0;
  #seenLines = 0;

  private constructor(
    readonly image: Image,
    readonly parts: Parts,
    log: (text: string) => void,
  ) {
    this.console = new Lines(log);
    this.#events = new Lines((text) => log(`*** ${text}`));
  }

  /**
   * Makes a new machine, switched off; generation 1 is installed on it.
   *
   * @param directory for its disk and sockets
   * @param log is called with all that the machine says
   * @param processor the emulator's name for its processor
   */
  static async create(
    image: Image,
    directory: string,
    log: (text: string) => void,
    processor = usualProcessor,
  ): Promise<Machine> {
    const [disk, variables] = [`${directory}/disk.qcow2`, `${directory}/variables.fd`];
    const create = ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk];
    await run([image.tools.program("qemu-img"), ...create, disk]);
    await Deno.copyFile(image.tools.firmwareVariables, variables);
    return new Machine(image, { disk, variables, sockets: directory, processor }, log);
  }

  /** Powers the machine on. */
  async start(): Promise<void> {
    const power = await powerOn(this.parts, this.image.tools);
    this.#power = power;
    this.#readers = Promise.allSettled([
      readLines(power.console, (line) => this.console.add(plain(line))),
      readLines(power.events.readable, (line) => this.#events.add(line)),
      readLines(power.agent.readable, (line) => this.#answers.add(line)),
    ]);
  }

  /** Cuts the power: what the machine has not written to its disk is lost. */
  async cutPower(): Promise<void> {
    if (this.#power === undefined) return;
    try {
      this.#power.process.kill("SIGKILL");
    } catch {
      // It has switched itself off.
    }
    await this.#power.process.status;
    await this.#readers;
    this.#power = undefined;
    this.#answers.add("power cut");
    this.#seenEvents = this.#events.all.length;
    this.#seenLines = this.console.all.length;
  }

  /**
   * Has a shell command run as root, and does not wait for its end: a reboot may come before that.
   *
   * @returns what its answer begins with
   */
  async send(command: string, seconds = 60): Promise<string> {
    const id = String(++this.#asked);
    const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(command)));
    await this.#power?.agent.write(new TextEncoder().encode(`${id} ${seconds} ${encoded}\n`));
    return id;
  }

  /** Runs a shell command as root and waits for its end. */
  async run(command: string, seconds = 60): Promise<Result> {
    const from = this.#answers.all.length;
    const id = await this.send(command, seconds);
    const pattern = new RegExp(`^(?:${id} (\\d+) (\\S*)- (\\S*)-$|hello|power cut)`);
    const failed = (): string => `no answer to \`${command}\``;
    const found = await this.#answers.find(pattern, { from, seconds: seconds + 30, failed });
    const [, status, stdout = "", stderr = ""] = found.match;
    if (status === undefined) throw new Error(`the machine went down during \`${command}\``);
    return { status: Number(status), stdout: decoded(stdout), stderr: decoded(stderr) };
  }

  /**
   * Runs a command that has to succeed.
   *
   * @returns its standard output without the last line break
   */
  async succeed(command: string, seconds?: number): Promise<string> {
    const { status, stdout, stderr } = await this.run(command, seconds);
    if (status === 0) return stdout.trimEnd();
    throw new Error(`\`${command}\` exited with ${status}: ${stderr || stdout}`);
  }

  /** Waits for the next time that a boot comes as far as `stage`. */
  async next(stage: Stage, seconds = bootBound): Promise<Boot> {
    const { match, index } = await this.#events.find(new RegExp(`^${stage} (\\S+)`), {
      from: this.#seenEvents,
      seconds,
      failed: () => `no boot came as far as ${stage} within ${seconds} s`,
    });
    this.#seenEvents = index + 1;
    return this.#bootOf(match[1] ?? "");
  }

  /** Waits for the next line of the console that matches. */
  async says(pattern: RegExp, seconds = bootBound): Promise<string> {
    const { index } = await this.console.find(pattern, {
      from: this.#seenLines,
      seconds,
      failed: () => `the console did not say ${pattern} within ${seconds} s`,
    });
    this.#seenLines = index + 1;
    return this.console.all[index]?.text ?? "";
  }

  /** All boots until now, in their order. */
  get boots(): readonly Boot[] {
    const starts = this.#events.all.filter(({ text }) => text.startsWith("initrd "));
    return starts.map(({ text }) => this.#bootOf(text.split(" ")[1] ?? ""));
  }

  #bootOf(id: string): Boot {
    const stage2 = this.#events.all.find(({ text }) => text.startsWith(`stage-2 ${id} `));
    const toplevel = stage2?.text.split(" ")[2];
    const known = Object.entries(this.image.toplevels);
    return { id, generation: known.find(([, path]) => path === toplevel)?.[0] ?? "" };
  }
}

/** A line without what only a terminal understands. */
function plain(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b(\[[0-9;:?=!]*[A-Za-z]|[P\]][^\x1b]*(\x1b\\)?|.)/g, "");
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
