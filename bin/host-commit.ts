import { main } from "../src/cli/command.ts";
import { hostCommit } from "../src/config/host_commit.ts";

await main(hostCommit);
