import { main } from "../src/cli/command.ts";
import { showBootStatus } from "../src/golden/show_boot_status.ts";

await main(showBootStatus);
