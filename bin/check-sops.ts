import { main } from "../src/cli/command.ts";
import { checkSops } from "../src/sops/check_sops.ts";

await main(checkSops);
