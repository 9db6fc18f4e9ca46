/** The disk of a machine: an ESP with systemd-boot and a root file system. */
import { run } from "./run_program.ts";
import type { Tools } from "./tools.ts";

const mebibyte = 1024 * 1024;
const espMebibytes = 96;
const diskMebibytes = 4096;

/** What goes onto the disk. */
export interface DiskContent {
  /** The trees that together are the root file system; its own files are root's. */
  readonly trees: readonly string[];
  /** A directory that is the ESP. */
  readonly esp: string;
}

/** Writes a disk image, without mounting anything. */
export async function makeDisk(disk: string, content: DiskContent, tools: Tools): Promise<void> {
  const esp = { start: 1, size: espMebibytes };
  const root = { start: 1 + espMebibytes, size: diskMebibytes - espMebibytes - 2 };
  await Deno.writeFile(disk, new Uint8Array());
  await Deno.truncate(disk, diskMebibytes * mebibyte);
  const table = [
    "label: gpt",
    `start=${esp.start}MiB, size=${esp.size}MiB, type=uefi, name=esp`,
    `start=${root.start}MiB, size=${root.size}MiB, type=linux, name=root`,
  ].join("\n");
  await run([tools.program("sfdisk"), "--quiet", disk], { stdin: `${table}\n` });
  await makeEsp(disk, esp, content.esp, tools);
  await makeRoot(disk, root, content.trees, tools);
}

interface Extent {
  readonly start: number;
  readonly size: number;
}

async function makeEsp(
  disk: string,
  { start, size }: Extent,
  esp: string,
  tools: Tools,
): Promise<void> {
  const sectors = String(start * mebibyte / 512);
  const format = [
    tools.program("mkfs.vfat"),
    "-F",
    "32",
    "-s",
    "1",
    "-n",
    "ESP",
    "--offset",
    sectors,
  ];
  await run([...format, disk, String(size * 1024)]);
  const entries = (await Array.fromAsync(Deno.readDir(esp))).map(({ name }) => `${esp}/${name}`);
  const image = ["-i", `${disk}@@${start * mebibyte}`];
  await run([tools.program("mcopy"), ...image, "-s", "-Q", ...entries, "::/"]);
}

/** An archive in between makes all files root's, whoever unpacked them. */
async function makeRoot(
  disk: string,
  { start, size }: Extent,
  trees: readonly string[],
  tools: Tools,
): Promise<void> {
  const owner = ["--owner=0:0", "--group=0:0", "--sort=name", "--format=pax", "--hard-dereference"];
  const archive = new Deno.Command(tools.program("tar"), {
    args: ["--create", "--file=-", ...owner, ...trees.flatMap((tree) => ["-C", tree, "."])],
    stdout: "piped",
  }).spawn();
  const features = ["-t", "ext4", "-q", "-F", "-L", "root", "-m", "0", "-E"];
  const extended = `offset=${start * mebibyte},root_owner=0:0,lazy_itable_init=1,nodiscard`;
  await run([tools.program("mke2fs"), ...features, extended, "-d", "-", disk, `${size}M`], {
    stdin: archive.stdout,
  });
  if (!(await archive.status).success) throw new Error("cannot archive the root file system");
}
