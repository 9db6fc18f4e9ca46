/** Takes over what the remote has: `pull_program.ts REPO HOST STRATEGY [--accept-rewritten] [--branch=NAME]`. */
import { Failure } from "../../src/cli/failure.ts";
import { finishMove } from "../../src/config/move.ts";
import { fetchBranch, pull } from "../../src/config/pull.ts";
import { openRepository } from "../../src/config/repository.ts";
import type { Strategy } from "../../src/config/decide_pull.ts";

const [repo, host, strategy, ...flags] = Deno.args;
const branch = flags.find((flag) => flag.startsWith("--branch="))?.slice("--branch=".length);
try {
  const { repository } = await openRepository({
    repo,
    branch,
    remote: "origin",
    host,
    conflictStrategy: strategy as Strategy,
    timeout: 20,
    acceptRewritten: flags.includes("--accept-rewritten"),
  });
  await finishMove(repository.tree, repository);
  const fetched = await fetchBranch(repository);
  if (typeof fetched === "object") throw new Failure(fetched.reason);
  console.log(
    JSON.stringify(
      await pull(repository, fetched),
    ),
  );
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`${error.message}\n${error.hint ?? ""}`);
  Deno.exit(error.code);
}
Deno.exit(0);
