import assert from "node:assert/strict";
import { breachesOf, type Import, type Module, rules } from "./layers.ts";
import { inTemporaryDirectory } from "./support/temporary_directory.ts";

const root = new URL("..", import.meta.url);
const modules = await readModules();

for (const rule of rules) {
  Deno.test(`in this repository ${rule.sentence}`, () => {
    assert.deepEqual(breachesOf(rule, modules), []);
  });
}

Deno.test("every module of bin/ and src/ is looked at, with its imports", () => {
  const command = modules.find(({ path }) => path === "src/cli/command.ts");
  assert(command?.imports.some(({ of }) => of === "src/host/process.ts"));
  assert(command?.imports.some(({ of, typeOnly }) => of === "src/cli/options.ts" && !typeOnly));
});

Deno.test("every export of a layer says what it is", async () => {
  const documented = modules.map(({ path }) => path).filter((path) =>
    !path.startsWith("src/build/")
  );
  const { nodes } = await denoJson<Documentation>("doc", "--json", ...documented);
  const silent = Object.values(nodes).flatMap(({ symbols }) =>
    symbols
      .filter(({ declarations }) =>
        declarations.some((each) => each.declarationKind === "export") &&
        declarations.every((each) => each.jsDoc?.doc === undefined)
      )
      .map(({ name, declarations }) => `${declarations[0]?.location.filename}: ${name}`)
  );
  assert.deepEqual(silent, []);
});

/** A made-up module for each rule, and what the rule has to say of it. */
const violations: readonly (readonly [string, Partial<Module> & Pick<Module, "path">, string[]])[] =
  [
    [
      "a program of bin/ imports the cli and commands",
      { path: "bin/x.ts", imports: [value("src/cli/a.ts"), value("src/host/a.ts")] },
      ["bin/x.ts: src/host/a.ts"],
    ],
    [
      "the program of all names imports the cli and the other programs",
      {
        path: "bin/holdfast.ts",
        imports: [value("bin/x.ts"), value("src/cli/a.ts"), value("src/golden/b.ts")],
      },
      ["bin/holdfast.ts: src/golden/b.ts"],
    ],
    [
      "a program of bin/ imports exactly one command",
      { path: "bin/x.ts", imports: [value("src/dotfiles/a.ts"), value("src/golden/b.ts")] },
      ["bin/x.ts: src/dotfiles/a.ts, src/golden/b.ts"],
    ],
    [
      "a program of bin/ imports exactly one command",
      { path: "bin/x.ts", imports: [value("src/cli/a.ts")] },
      ["bin/x.ts: none"],
    ],
    [
      "a domain imports itself, the secret gate, programs, cli and host, and never another domain",
      { path: "src/golden/x.ts", imports: [type("src/dotfiles/a.ts"), value("src/host/a.ts")] },
      ["src/golden/x.ts: src/dotfiles/a.ts"],
    ],
    [
      "the upgrade is built on the configuration repository",
      { path: "src/upgrade/x.ts", imports: [value("src/config/a.ts"), value("src/golden/a.ts")] },
      ["src/upgrade/x.ts: src/golden/a.ts"],
    ],
    [
      "the rebuild is built on the upgrade, the look at sops and the reports of the dotfiles",
      { path: "src/rebuild/x.ts", imports: [value("src/upgrade/a.ts"), value("src/golden/a.ts")] },
      ["src/rebuild/x.ts: src/golden/a.ts"],
    ],
    [
      "the status reads what the others record, by their parsers and pure parts alone",
      {
        path: "src/status/x.ts",
        imports: [
          value("src/upgrade/host_state.ts"),
          value("src/upgrade/records.ts"),
          value("src/sops/look.ts"),
          value("src/programs/git.ts"),
        ],
      },
      [
        "src/status/x.ts: src/upgrade/records.ts",
        "src/status/x.ts: src/sops/look.ts",
        "src/status/x.ts: src/programs/git.ts",
      ],
    ],
    [
      "the secret gate imports itself, programs, cli and host",
      { path: "src/secrets/x.ts", imports: [value("src/config/a.ts"), value("src/cli/a.ts")] },
      ["src/secrets/x.ts: src/config/a.ts"],
    ],
    [
      "what is drawn on a terminal imports itself, cli and host",
      { path: "src/terminal/x.ts", imports: [value("src/cli/a.ts"), value("src/rebuild/a.ts")] },
      ["src/terminal/x.ts: src/rebuild/a.ts"],
    ],
    [
      "programs import programs and host",
      { path: "src/programs/x.ts", imports: [value("src/cli/a.ts"), value("src/programs/a.ts")] },
      ["src/programs/x.ts: src/cli/a.ts"],
    ],
    [
      "the cli imports the cli and host",
      { path: "src/cli/x.ts", imports: [value("src/dotfiles/a.ts"), value("deno.json")] },
      ["src/cli/x.ts: src/dotfiles/a.ts"],
    ],
    [
      "the host imports nothing of ours but the host",
      { path: "src/host/x.ts", imports: [value("src/cli/a.ts"), value("src/host/a.ts")] },
      ["src/host/x.ts: src/cli/a.ts"],
    ],
    [
      "nothing but itself imports the build",
      { path: "src/cli/x.ts", imports: [value("src/build/a.ts")] },
      ["src/cli/x.ts: src/build/a.ts"],
    ],
    [
      "a pure file imports pure files of its folder or the cli, packages and types only",
      {
        path: "src/dotfiles/decide_x.ts",
        imports: [
          value("src/dotfiles/last_sync_state.ts"),
          value("npm:valibot@1"),
          type("src/dotfiles/facts.ts"),
          value("src/dotfiles/facts.ts"),
          value("src/golden/pin_state.ts"),
        ],
      },
      [
        "src/dotfiles/decide_x.ts: src/dotfiles/facts.ts",
        "src/dotfiles/decide_x.ts: src/golden/pin_state.ts",
      ],
    ],
    [
      "packages come from the npm registry",
      { path: "src/cli/x.ts", imports: [value("jsr:@std/path"), value("npm:valibot@1")] },
      ["src/cli/x.ts: jsr:@std/path"],
    ],
    [
      "only the host, command.ts and the build use Deno",
      {
        path: "src/dotfiles/x.ts",
        text: '/** Not Deno. */\nconst url = "http://x"; // Deno\nDeno.exit(1);\n',
      },
      ["src/dotfiles/x.ts: Deno.exit(1);"],
    ],
    [
      "only the report and the build use the console",
      { path: "src/host/x.ts", text: "console.log(1);" },
      ["src/host/x.ts: console.log(1);"],
    ],
    ["no file is a drawer for anything", { path: "src/cli/utils.ts" }, [
      "src/cli/utils.ts: src/cli/utils.ts",
    ]],
    ["programs are called in kebab-case, modules in snake_case", { path: "src/cli/a-b.ts" }, [
      "src/cli/a-b.ts: src/cli/a-b.ts",
    ]],
    ["programs are called in kebab-case, modules in snake_case", { path: "bin/a_b.ts" }, [
      "bin/a_b.ts: bin/a_b.ts",
    ]],
    ["no file has more than 300 lines", { path: "src/cli/x.ts", text: "x\n".repeat(301) }, [
      "src/cli/x.ts: 301 lines",
    ]],
  ];

for (const [sentence, module, expected] of violations) {
  Deno.test(`a made-up breach is found: ${expected[0]}`, () => {
    const rule = rules.find((each) => each.sentence === sentence);
    assert(rule, sentence);
    assert.deepEqual(breachesOf(rule, [{ text: "", imports: [], ...module }]), expected);
  });
}

/** What all tests of a process share, and would change for one another. */
const sharedState = /\bDeno\.(env\.(set|delete)|chdir|umask)\(./;

Deno.test("no test that runs beside others changes what all of them share", async () => {
  assert.match('Deno.env.set("PATH", "/x")', sharedState);
  const beside = [...filesBelow("tests")].filter((path) => /(?<!_slow_test)\.ts$/.test(path));
  for (const path of beside.filter((path) => path !== "tests/layers_test.ts")) {
    assert.doesNotMatch(await Deno.readTextFile(new URL(path, root)), sharedState, path);
  }
});

Deno.test("every rule is tried on a made-up breach", () => {
  const tried = new Set(violations.map(([sentence]) => sentence));
  assert.deepEqual(rules.map((each) => each.sentence).filter((each) => !tried.has(each)), []);
});

function value(of: string): Import {
  return { of, typeOnly: false };
}

function type(of: string): Import {
  return { of, typeOnly: true };
}

/** All modules of bin/ and src/, as Deno itself sees their imports. */
async function readModules(): Promise<readonly Module[]> {
  const paths = [...filesBelow("bin"), ...filesBelow("src")].filter((path) => path.endsWith(".ts"));
  const graph = await graphOf(paths);
  return await Promise.all(paths.map(async (path) => ({
    path,
    text: await Deno.readTextFile(new URL(path, root)),
    imports: (graph.get(new URL(path, root).href) ?? []).map(({ specifier, code, type }) => ({
      of: (code ?? type)?.specifier?.replace(root.href, "") ?? specifier,
      typeOnly: code === undefined,
    })),
  })));
}

/** `deno info` takes one module: a made-up one that imports them all. */
async function graphOf(paths: readonly string[]): Promise<Map<string, readonly Dependency[]>> {
  const graph = new Map<string, readonly Dependency[]>();
  await inTemporaryDirectory(async (directory) => {
    const all = `${directory}/all.ts`;
    await Deno.writeTextFile(
      all,
      paths.map((path) => `import "${new URL(path, root)}";`).join("\n"),
    );
    const config = new URL("deno.json", root).pathname;
    const { modules } = await denoJson<Graph>("info", "--json", "--config", config, all);
    for (const { specifier, dependencies } of modules) graph.set(specifier, dependencies ?? []);
  });
  return graph;
}

function* filesBelow(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(directory, root))) {
    if (isDirectory) yield* filesBelow(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

async function denoJson<T>(...args: string[]): Promise<T> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root.pathname });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly Dependency[];
  }[];
}

interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

interface Documentation {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocumentedSymbol[] }>>;
}

interface DocumentedSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly declarationKind: string;
    readonly jsDoc?: { readonly doc?: string };
    readonly location: { readonly filename: string };
  }[];
}
