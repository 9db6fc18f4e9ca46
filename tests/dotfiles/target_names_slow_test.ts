import { deepEqual, equal } from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import { collide, exits, holds, inSync, onMain, resolve, syncs } from "../tools/scene.ts";

// Went wrong: both names were taken for sources of one target, and resolving one dropped the other.
for (const suffix of [".asc", ".age", ".tmpl"]) {
  Deno.test(`resolving a file leaves its neighbour with the suffix ${suffix} alone`, async () => {
    await using sandbox = await Sandbox.create();
    const neighbour = `key${suffix}`;
    const { a, b } = await inSync(sandbox, ["a", "b"], { key: "1\n", [neighbour]: "other\n" });
    await collide([a, b], { key: ["of a\n", "of b\n"] });
    exits(0, await resolve(a, "--take", "b", "key"));
    await syncs(b);
    await holds("key", "of b\n", a, b);
    await holds(neighbour, "other\n", a, b);
    for (const host of [a, b]) {
      deepEqual((await host.chezmoi("managed")).trim().split("\n").sort(), ["key", neighbour]);
    }
  });
}

// Went wrong: the two new files were taken for one that both hosts had added.
Deno.test("two hosts that add files which differ by a suffix only do not collide", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { g: "1\n" });
  for (const [host, name] of [[a, "key"], [b, "key.asc"]] as const) {
    await host.write(name, `of ${host.name}\n`);
    await host.chezmoi("add", host.path(name));
    await syncs(host);
  }
  await syncs(a);
  await holds("key", "of a\n", a, b);
  await holds("key.asc", "of b\n", a, b);
});

// Went wrong: the name was compared to the end of all parked names, and the first one was resolved.
Deno.test("a path names one parked file even where another one ends alike", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { f: "1\n", "d/f": "1\n" });
  await collide([a, b], { f: ["of a\n", "of b\n"], "d/f": ["of a\n", "of b\n"] });
  exits(3, await resolve(a, "--take", "b", a.path("f")));
  equal(await onMain(sandbox, "f"), "of b\n");
  equal(await onMain(sandbox, "d/f"), "of a\n");
});

// Went wrong: a name that chezmoi writes with `literal_` or `.literal` was not recognized.
for (const name of ["dot_looks like.tmpl", "private_notes", "x.age", "x.literal"]) {
  Deno.test(`a parked ${name} is resolved by its path in the home`, async () => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { [name]: "1\n" });
    await collide([a, b], { [name]: ["of a\n", "of b\n"] });
    exits(0, await resolve(a, "--take", "b", a.path(name)));
    await syncs(b);
    await holds(name, "of b\n", a, b);
  });
}
