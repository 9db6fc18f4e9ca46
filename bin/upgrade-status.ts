import { main } from "../src/cli/command.ts";
import { upgradeStatus } from "../src/upgrade/upgrade_status.ts";

await main(upgradeStatus);
