import { type Host, Sandbox } from "../support/sandbox.ts";

/** How many files one directory of the home has. */
const perDirectory = 25;

/** A synced host with some number of managed files, of the sizes that dotfiles have. */
export async function hostWith(count: number): Promise<{ sandbox: Sandbox; host: Host }> {
  const sandbox = await Sandbox.create();
  const host = await sandbox.host("host");
  const directories = new Set<string>();
  for (let index = 0; index < count; index++) {
    const directory = `.config/app-${Math.floor(index / perDirectory)}`;
    directories.add(host.path(directory));
    await host.write(`${directory}/settings-${index}.conf`, textOf(index));
  }
  await host.beginSource();
  await host.chezmoi("add", "--", ...directories);
  // The last has nothing to do any more, and leaves everything as the next will find it.
  for (const expected of [/sent/, /nothing/, /nothing/]) {
    const { status, stdout, stderr } = await host.sync();
    if (status === 0 && expected.test(stdout)) continue;
    throw new Error(`cannot sync ${count} files: exit status ${status}: ${stdout}${stderr}`);
  }
  return { sandbox, host };
}

/** Most are small, a few large: 40 in 100 have 1 kB at most, 5 have more than 20 kB, one 150 kB. */
function textOf(index: number): string {
  const percent = (index * 37) % 100;
  const size = percent < 40
    ? 200 + percent * 20
    : percent < 95
    ? 1000 + (percent - 40) * 200
    : percent < 99
    ? 30_000
    : 150_000;
  const lines = Array.from({ length: Math.ceil(size / 40) }, (_, line) => {
    // Numbers that look random, so that it compresses as text does.
    const number = ((index + 1) * 7919 + line * 104_729) % 1_000_003;
    return `key_${line}_of_${index} = "value ${number}"`.padEnd(39);
  });
  return lines.join("\n") + "\n";
}
