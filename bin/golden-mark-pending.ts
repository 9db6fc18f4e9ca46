import { main } from "../src/cli/command.ts";
import { goldenMarkPending } from "../src/golden/mark.ts";

await main(goldenMarkPending);
