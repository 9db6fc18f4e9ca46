import { main } from "../src/cli/command.ts";
import { pinGolden } from "../src/golden/pin.ts";

await main(pinGolden);
