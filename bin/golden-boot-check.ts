import { main } from "../src/cli/command.ts";
import { goldenBootCheck } from "../src/golden/check.ts";

await main(goldenBootCheck);
