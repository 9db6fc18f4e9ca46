import { main } from "../src/cli/command.ts";
import { showGolden } from "../src/golden/show_golden.ts";

await main(showGolden);
