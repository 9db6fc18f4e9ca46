import { deepEqual, equal, match } from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import { exits, holds, inFrontOf, inSync, onMain, syncIn, syncs } from "./scene.ts";

const lines = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n${last}\n`;

/** When the home is edited: just before the sync runs a program with some word in its arguments. */
const moments = [
  ["before the home is looked at", "chezmoi", "status"],
  ["before the edits are taken over", "chezmoi", "re-add"],
  ["between taking over and merging", "jj", "duplicate"],
  ["before the source moves", "jj", "new"],
  ["before the home is brought up to date", "chezmoi", "apply"],
  ["before the push", "jj", "push"],
] as const;

Deno.test("an edit made in the home while the sync runs survives it and reaches the others", async (t) => {
  await using sandbox = await Sandbox.create();
  const files = { ".f": lines("1", "6"), ".g": "g\n", ".h": "h\n" };
  const { a, b } = await inSync(sandbox, ["a", "b"], files);
  let number = 0;
  for (const [when, program, argument] of moments) {
    await t.step(when, async () => {
      const before = number++;
      const old = before === 0 ? ["1", "6"] : [`1 by a ${before}`, `6 by b ${before}`];
      await a.write(".f", lines(`1 by a ${number}`, old[1] as string));
      await a.write(".g", `g ${number}\n`);
      await syncs(a);
      await b.write(".h", `h ${number}\n`);
      const script = `case " $* " in *" ${argument} "*)
        once edit && sed -i 's/^6.*/6 by b ${number}/' '${b.path(".f")}' ;; esac`;
      const { PATH } = await inFrontOf(b, { [program]: script });
      exits(0, await syncIn(b, { PATH }));
      match(await b.read(".f"), new RegExp(`^6 by b ${number}$`, "m"));
      await syncs(b);
      await syncs(a);
      await holds(".f", lines(`1 by a ${number}`, `6 by b ${number}`), a, b);
      await holds(".g", `g ${number}\n`, a, b);
      await holds(".h", `h ${number}\n`, a, b);
    });
  }
});

Deno.test("an edit of the incoming line itself, made while the sync runs, stays in the home", async (t) => {
  await using sandbox = await Sandbox.create();
  const files = Object.fromEntries(moments.map((_, at) => [`.f${at}`, "f\n"]));
  const { a, b } = await inSync(sandbox, ["a", "b"], { ...files, ".h": "h\n" });
  for (const [at, [when, program, argument]] of moments.entries()) {
    if (program === "jj") continue;
    await t.step(when, async () => {
      await a.write(`.f${at}`, "f by a\n");
      await syncs(a);
      await b.write(".h", `h ${at}\n`);
      const script = `case " $* " in *" ${argument} "*)
        once edit && echo 'f by b' >'${b.path(`.f${at}`)}' ;; esac`;
      const { PATH } = await inFrontOf(b, { [program]: script });
      await syncIn(b, { PATH });
      exits(3, await b.sync());
      await holds(`.f${at}`, "f by b\n", b);
      equal(await onMain(sandbox, `dot_f${at}`), "f by a\n");
      equal((await sandbox.filesAt("conflict/b")).get(`dot_f${at}`), "f by b\n");
      equal(await onMain(sandbox, "dot_h"), `h ${at}\n`);
    });
  }
});

Deno.test("a host that edited nothing never reverts another host's edit", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b, c } = await inSync(sandbox, ["a", "b", "c"], { ".f": "f\n", ".g": "g\n" });
  for (const [round, author] of [a, b, a].entries()) {
    const text = `f ${round} by ${author.name}\n`;
    await author.write(".f", text);
    await syncs(author);
    for (const idle of [c, ...[a, b].filter((host) => host !== author), c]) {
      const before = await sandbox.refs();
      await syncs(idle);
      deepEqual(await sandbox.refs(), before, `${idle.name} has nothing to push`);
      await holds(".f", text, idle);
    }
    equal(await onMain(sandbox, "dot_f"), text);
  }
});
