/** One run of an emulator: from power on to power off. */
import type { Tools } from "../build/tools.ts";

/** What a machine is made of. */
export interface Parts {
  readonly disk: string;
  /** The file of its firmware's variables. */
  readonly variables: string;
  /** A directory for sockets. */
  readonly sockets: string;
  /** The emulator's name for its processor. */
  readonly processor: string;
}

/**
 * All that can be emulated but what is slow to emulate: `rep movsb`, which copies byte by byte, and
 * with which a program takes three times as long to start; five levels of page tables.
 */
export const processorWithKeys = "max,erms=off,fsrm=off,la57=off";

/** The same without memory protection keys: V8 uses them, and each use flushes translations. */
export const usualProcessor = `${processorWithKeys},pku=off`;

/** A powered machine. */
export interface Power {
  readonly process: Deno.ChildProcess;
  readonly console: ReadableStream<Uint8Array>;
  readonly agent: Deno.UnixConn;
  readonly events: Deno.UnixConn;
}

/** Powers a machine on; no network, no screen, all devices virtual. */
export async function powerOn(parts: Parts, tools: Tools): Promise<Power> {
  const port = (name: string) => [
    ...["-chardev", `socket,id=${name},path=${parts.sockets}/${name},server=on,wait=off`],
    ...["-device", `virtserialport,chardev=${name},name=holdfast.${name}`],
  ];
  const flash = "if=pflash,format=raw";
  for (const name of ["agent", "events"]) {
    await Deno.remove(`${parts.sockets}/${name}`).catch(() => {});
  }
  const process = new Deno.Command(tools.program("qemu-system-x86_64"), {
    args: [
      ...[
        "-accel",
        "tcg,thread=multi,tb-size=512",
        "-cpu",
        parts.processor,
        "-smp",
        "2",
        "-m",
        "768",
      ],
      ...["-machine", "q35,smm=off,hpet=off", "-L", tools.qemuData],
      ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"],
      ...["-drive", `${flash},unit=0,readonly=on,file=${tools.firmware}`],
      ...["-drive", `${flash},unit=1,file=${parts.variables}`],
      ...["-drive", `if=none,id=disk,format=qcow2,file=${parts.disk}`],
      ...["-device", "virtio-blk-pci,drive=disk,bootindex=1"],
      ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
      ...port("agent"),
      ...port("events"),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  // The machine stands still where it writes to a port that nobody is connected to.
  const agent = await connect(`${parts.sockets}/agent`);
  const events = await connect(`${parts.sockets}/events`);
  return { process, console: process.stdout, agent, events };
}

/** The emulator makes its sockets a moment after it has started. */
async function connect(path: string): Promise<Deno.UnixConn> {
  for (let attempts = 100;; attempts--) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch (error) {
      if (attempts === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
