import { decoded, spawn } from "../support/processes.ts";
import type { Sandbox } from "../support/sandbox.ts";

/** A web server in front of the sandbox's remote. */
export interface HttpRemote extends AsyncDisposable {
  readonly url: string;
}

/** Serves the remote over smart HTTP, by git's own CGI program. */
export function serveRemote(sandbox: Sandbox): HttpRemote {
  return serve((request) => backend(sandbox, request));
}

/** A server that lets nobody in. */
export function serveNobody(): HttpRemote {
  const headers = { "WWW-Authenticate": 'Basic realm="dotfiles"' };
  return serve(() => Promise.resolve(new Response("no", { status: 401, headers })));
}

function serve(answer: (request: Request) => Promise<Response>): HttpRemote {
  const quiet = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
  const server = Deno.serve(quiet, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}/remote.git`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function backend(sandbox: Sandbox, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const child = spawn(["git", "http-backend"], {
    cwd: sandbox.root,
    env: {
      ...sandbox.environment,
      GIT_PROJECT_ROOT: sandbox.root,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "person",
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    },
    stdin: new Uint8Array(await request.arrayBuffer()),
  });
  const output = await child.output();
  const text = new TextDecoder("latin1").decode(output.stdout);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return new Response(decoded(output).stderr, { status: 500 });
  const headers = text.slice(0, end).split("\r\n").map((line) => line.split(": ", 2));
  const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
  return new Response(output.stdout.slice(end + 4), {
    status: parseInt(status),
    headers: headers.filter(([name]) => name !== "Status") as [string, string][],
  });
}
