import type { Host } from "../support/sandbox.ts";
import type { Stage } from "./stage.ts";

/** Something the demo says of the programs that turned out to be wrong. */
export class BrokenClaim extends Error {
  override readonly name = "BrokenClaim";
}

/** Checks what the story is meant to show; returns it in words. */
export async function checkClaims(stage: Stage): Promise<readonly string[]> {
  return [
    await nothingIsLost(stage),
    await homesAreIdentical(stage),
    await nothingIsLeft(stage),
    await noMarkers(stage),
  ];
}

async function nothingIsLost({ sandbox, written }: Stage): Promise<string> {
  const history = [...(await sandbox.reachableBlobs()).values()];
  for (const { line, host, file } of written) {
    const isThere = history.some((blob) => blob.split("\n").includes(line));
    claim(isThere, `"${line}", written to ${file} on ${host}, is in the remote's history`);
  }
  const hosts = new Set(written.map(({ host }) => host));
  return `each of the ${written.length} lines that ${hosts.size} hosts wrote is in the remote's history`;
}

async function homesAreIdentical(stage: Stage): Promise<string> {
  const { hosts } = stage.sandbox;
  for (const file of filesOf(stage)) {
    const texts = await Promise.all(hosts.map((host) => textOf(host, file)));
    for (const [at, text] of texts.entries()) {
      const names = `${hosts[0]?.name} and ${hosts[at]?.name}`;
      claim(text !== undefined && text === texts[0], `${file} is the same on ${names}`);
    }
  }
  return `the homes of all ${hosts.length} hosts are identical, byte for byte`;
}

async function nothingIsLeft({ sandbox }: Stage): Promise<string> {
  for (const host of sandbox.hosts) {
    const status = await host.chezmoi("status");
    claim(status === "", `chezmoi has nothing to say on ${host.name}, not: ${status.trim()}`);
    const conflicts = await host.program("chezmoi-show-conflicts", []);
    claim(conflicts.status === 0, `nothing is parked on ${host.name}`);
  }
  return "nothing is parked, and `chezmoi status` is empty everywhere";
}

async function noMarkers(stage: Stage): Promise<string> {
  const { hosts } = stage.sandbox;
  const homes = hosts.flatMap((host) => filesOf(stage).map((file) => textOf(host, file)));
  const main = [...(await stage.sandbox.filesAt("main")).values()];
  for (const text of [...await Promise.all(homes), ...main]) {
    claim(!/^(<{7}|>{7})/m.test(text ?? ""), "no file has a conflict marker");
  }
  return "no conflict marker is in a home or on the shared branch";
}

/** What each host has: a digest of each file, and whether they are all the same. */
export async function hostTable(stage: Stage): Promise<string[]> {
  const { hosts } = stage.sandbox;
  const rows = [["file", ...hosts.map(({ name }) => name), "identical"]];
  for (const file of filesOf(stage)) {
    const digests = await Promise.all(hosts.map(async (host) => {
      const text = await textOf(host, file);
      return text === undefined ? "missing" : await digest(text);
    }));
    rows.push([file, ...digests, new Set(digests).size === 1 ? "yes" : "no"]);
  }
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, at) => cell.padEnd(widths?.[at] ?? 0)).join("  ").trimEnd()
  );
}

function filesOf({ written }: Stage): string[] {
  return [...new Set(written.map(({ file }) => file))].sort();
}

async function textOf(host: Host, file: string): Promise<string | undefined> {
  return await host.read(file).catch(() => undefined);
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return bytes.toHex().slice(0, 7);
}

/** Throws with what was said to hold when it does not. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenClaim(what);
}
