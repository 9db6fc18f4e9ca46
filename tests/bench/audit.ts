import { Sandbox } from "../support/sandbox.ts";
import type { Row } from "./bench.ts";
import { compare, duration, type Subject } from "./paired.ts";
import { on, type Runtime } from "./subjects.ts";

/** The smaller one of two sources; the other one has twice of everything. */
const half = { files: 1000, commits: 1000 } as const;

/** A chezmoi source with so many templates, and so many commits that each write one of them anew. */
async function sourceOf(
  sandbox: Sandbox,
  name: string,
  { files, commits }: { readonly files: number; readonly commits: number },
): Promise<Awaited<ReturnType<Sandbox["host"]>>> {
  const host = await sandbox.host(name);
  const template = (at: number, version: number): string =>
    `# ${version}\nname = {{ .name }}\n{{ if .work }}host = {{ .host${at % 50} }}{{ end }}\n` +
    `plain = "text of file ${at}"\n`.repeat(20);
  const data = (text: string): string => `data ${new TextEncoder().encode(text).length}\n${text}\n`;
  const write = (at: number, version: number): string =>
    `M 100644 inline dot_config/${at}.tmpl\n${data(template(at, version))}`;
  const commit = (number: number, changes: string): string =>
    `commit refs/heads/main\ncommitter P <p@example.org> ${1_700_000_000 + number} +0000\n` +
    data(`Change ${number}`) + changes;
  const values = Array.from({ length: 50 }, (_, at) => `host${at}: h${at}\n`).join("");
  const stream = [
    commit(
      0,
      `M 100644 inline .chezmoidata.yaml\n${data(`name: Ada\nwork: true\n${values}`)}` +
        Array.from({ length: files }, (_, at) => write(at, 0)).join(""),
    ),
    ...Array.from({ length: commits }, (_, at) => commit(at + 1, write(at % files, at + 1))),
  ].join("");
  await host.chezmoi("init");
  await host.write("stream", stream);
  const argv = ["sh", "-euc", `git fast-import --quiet < "$1"; git reset --quiet --hard main`];
  const made = await host.run([...argv, "sh", host.path("stream")], { cwd: host.source });
  if (made.status !== 0) throw new Error(made.stderr);
  return host;
}

/** `dotfiles-audit` of twice the files, and of twice the history: it should take twice the time. */
export async function auditRows(
  ways: readonly Runtime[],
  runs: number,
  narrate: (text: string) => void,
): Promise<Row[]> {
  narrate("preparing sources for the audit");
  await using sandbox = await Sandbox.create();
  const once = await sourceOf(sandbox, "once", half);
  const files = await sourceOf(sandbox, "files", { ...half, files: 2 * half.files });
  const history = await sourceOf(sandbox, "history", { ...half, commits: 2 * half.commits });
  const rows: Row[] = [];
  for (const { name: runtime, argv } of ways) {
    const looks = (host: typeof once, ...args: string[]): Subject =>
      on(host, [...argv("dotfiles-audit"), ...args]);
    const cases = [
      [`dotfiles-audit, ${2 * half.files} files`, "half of them", looks(files), looks(once)],
      [
        `dotfiles-audit --history, ${2 * half.commits} commits`,
        "half of them",
        looks(history, "--history"),
        looks(once, "--history"),
      ],
    ] as const;
    for (const [what, against, twice, single] of cases) {
      narrate(`measuring ${what} (${runtime})`);
      const found = await compare(twice, single, runs, duration);
      const given = { what, runtime, against, unit: "ms", target: 2 } as const;
      rows.push({ ...given, ...found, met: found.ratio <= given.target });
    }
  }
  return rows;
}
