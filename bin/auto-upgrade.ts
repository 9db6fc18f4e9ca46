import { main } from "../src/cli/command.ts";
import { autoUpgrade } from "../src/upgrade/auto_upgrade.ts";

await main(autoUpgrade);
