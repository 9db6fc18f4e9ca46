import { equal, match, ok } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { serveNobody } from "./http_remote.ts";
import { exits, holds, inFrontOf, inSync, onMain, syncIn, syncs, word } from "./scene.ts";

/** Something that goes wrong with the remote while a host has an edit to publish. */
interface Trouble {
  readonly what: string;
  /** Makes the trouble; may return an environment for the sync, and what takes it back. */
  begin(b: Host, sandbox: Sandbox): Promise<Made | void>;
  readonly args?: readonly string[];
  readonly exit: number;
  readonly word: string;
  readonly says: RegExp;
}

interface Made {
  readonly env?: { readonly PATH: string };
  undo?(): PromiseLike<void> | void;
}

const away = async (b: Host, url: string): Promise<void> => {
  await b.git("remote", "set-url", "origin", url);
};

const script = async (b: Host, name: string, text: string): Promise<string> => {
  await b.write(`scripts/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  return b.path(`scripts/${name}`);
};

const hook = (text: string): Trouble["begin"] => async (_, { remote }) => {
  const path = `${remote}/hooks/pre-receive`;
  await Deno.writeTextFile(path, `#!/bin/sh\ncat >/dev/null\n${text}\n`, { mode: 0o755 });
  return { undo: () => Deno.remove(path) };
};

const receivePack = (text: string): Trouble["begin"] => async (b) => {
  await b.git("config", "remote.origin.receivepack", await script(b, "receive-pack", text));
};

const ssh = (text: string): Trouble["begin"] => async (b) => {
  await b.git("config", "core.sshCommand", await script(b, "ssh", text));
  await away(b, "ssh://git@localhost/remote.git");
};

function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

const troubles: readonly Trouble[] = [
  {
    what: "a host that refuses the connection",
    begin: (b) => away(b, `git://127.0.0.1:${closedPort()}/remote.git`),
    ...{ exit: 0, word: "fetch-failed", says: /warning: cannot reach origin.*refused/i },
  },
  {
    what: "a host whose name is not known",
    begin: ssh(`echo "ssh: Could not resolve hostname x: Name or service not known" >&2; exit 255`),
    ...{ exit: 0, word: "fetch-failed", says: /warning: cannot reach origin.*resolve hostname/ },
  },
  {
    what: "a host that accepts and never answers, within the time bound",
    begin: async (b) => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const taken: Deno.Conn[] = [];
      const accepting = (async () => {
        for await (const connection of listener) taken.push(connection);
      })();
      await away(b, `git://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/remote.git`);
      const undo = async (): Promise<void> => {
        listener.close();
        await accepting;
        for (const connection of taken) connection.close();
      };
      return { undo };
    },
    args: ["--timeout", "2"],
    ...{ exit: 0, word: "fetch-failed", says: /warning: cannot reach origin.*within 2 s/ },
  },
  {
    what: "a web server that lets this user not in",
    begin: async (b) => {
      const server = serveNobody();
      await away(b, server.url);
      return { undo: () => server[Symbol.asyncDispose]() };
    },
    ...{ exit: 1, word: "fetch-failed", says: /cannot reach origin/ },
  },
  {
    what: "an ssh key that is not accepted",
    begin: ssh(`echo "git@localhost: Permission denied (publickey)." >&2; exit 255`),
    ...{ exit: 1, word: "fetch-failed", says: /Permission denied \(publickey\)/ },
  },
  {
    what: "a repository that is not there",
    begin: (b) => away(b, b.path("nothing.git")),
    ...{ exit: 1, word: "fetch-failed", says: /does not appear to be a git repository/ },
  },
  {
    what: "a hook that rejects the push",
    begin: hook("echo 'no pushes today' >&2; exit 1"),
    ...{ exit: 1, word: "push-failed", says: /cannot push main.*declined/ },
  },
  {
    what: "a full disk there, by its own words",
    begin: hook("echo 'fatal: write error: No space left on device' >&2; exit 1"),
    ...{ exit: 1, word: "push-failed", says: /cannot push main.*No space left on device/ },
  },
  {
    what: "a remote that can write no file",
    begin: receivePack(`trap "" XFSZ; ulimit -f 0; exec git-receive-pack "$@"`),
    ...{ exit: 1, word: "push-failed", says: /cannot push main/ },
  },
  {
    what: "a connection that breaks at the push",
    begin: receivePack("echo 'Connection reset by peer' >&2; exit 255"),
    ...{ exit: 0, word: "push-failed", says: /warning: cannot push main/ },
  },
  {
    what: "a push that is never answered, within the time bound",
    begin: receivePack("exec sleep 60"),
    args: ["--timeout", "2"],
    ...{ exit: 0, word: "push-failed", says: /warning: cannot push main.*within 2 s/ },
  },
  {
    what: "a remote that goes away between fetch and push",
    begin: async (b) => {
      const gone = `git://127.0.0.1:${closedPort()}/remote.git`;
      const git = `case " $* " in *" push "*)
        "$real" -C ${b.source} remote set-url origin ${gone} ;; esac`;
      return { env: await inFrontOf(b, { git }) };
    },
    ...{ exit: 0, word: "push-failed", says: /warning: cannot push main.*refused/i },
  },
  {
    what: "--offline",
    begin: () => Promise.resolve(),
    args: ["--offline"],
    ...{ exit: 0, word: "success-local-only", says: /^$/ },
  },
  {
    what: "--no-push",
    begin: () => Promise.resolve(),
    args: ["--no-push"],
    ...{ exit: 0, word: "success-local-only", says: /^$/ },
  },
];

Deno.test("trouble with the remote is told, loses nothing, and the next sync goes on", async (t) => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n", ".template": "t\n" });
  for (const [number, trouble] of troubles.entries()) {
    await t.step(`${trouble.what}: ${trouble.word}, exit ${trouble.exit}`, async () => {
      const before = await sandbox.refs();
      const text = `edit ${number}\n`;
      await b.write(".f", text);
      const made = await trouble.begin(b, sandbox) ?? {};
      const from = performance.now();
      try {
        const ended = exits(trouble.exit, await syncIn(b, made.env ?? {}, ...trouble.args ?? []));
        ok(performance.now() - from < 10_000, "in bounded time");
        match(ended.stderr.trim(), trouble.says);
        equal(await word(b), trouble.word);
        await holds(".f", text, b);
        equal(await Deno.readTextFile(`${b.source}/dot_f`), text, "committed here");
        equal((await sandbox.refs())["refs/heads/main"], before["refs/heads/main"]);
      } finally {
        await made.undo?.();
        await b.git("remote", "set-url", "origin", sandbox.remote);
        for (const key of ["core.sshCommand", "remote.origin.receivepack"]) {
          await b.run(["git", "-C", b.source, "config", "--unset", key]);
        }
      }
      await syncs(b);
      equal(await word(b), "success");
      equal(await onMain(sandbox, "dot_f"), text);
    });
  }
});
