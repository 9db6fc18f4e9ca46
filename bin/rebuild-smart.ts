import { main } from "../src/cli/command.ts";
import { rebuildSmart } from "../src/rebuild/rebuild.ts";

await main(rebuildSmart);
