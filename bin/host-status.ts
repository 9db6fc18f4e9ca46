import { main } from "../src/cli/command.ts";
import { hostStatus } from "../src/status/host_status.ts";

await main(hostStatus);
