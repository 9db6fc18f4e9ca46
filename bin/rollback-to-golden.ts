import { main } from "../src/cli/command.ts";
import { rollbackToGolden } from "../src/golden/rollback.ts";

await main(rollbackToGolden);
