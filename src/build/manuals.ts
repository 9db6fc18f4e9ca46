/** `deno task manuals DIR`: writes all manual pages and completions as a package has them in share/. */
import { commands } from "./commands.ts";
import { completions } from "./completions.ts";
import { manPage } from "./man_page.ts";

/** Every file by its path below share/, of one program or of all. */
export function manuals(name?: string): ReadonlyMap<string, string> {
  const wanted = commands.filter((command) => name === undefined || command.name === name);
  return new Map(wanted.flatMap((command) => [
    [`man/man1/${command.name}.1`, manPage(command, commands)] as const,
    ...completions(command),
  ]));
}

if (import.meta.main) {
  const [directory, name] = Deno.args;
  if (directory === undefined) {
    console.error("error: no directory is given\nhint: deno task manuals DIR [PROGRAM]");
    Deno.exit(2);
  }
  for (const [path, text] of manuals(name)) {
    const file = `${directory}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}
