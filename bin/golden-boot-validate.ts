import { main } from "../src/cli/command.ts";
import { goldenBootValidate } from "../src/golden/validate.ts";

await main(goldenBootValidate);
