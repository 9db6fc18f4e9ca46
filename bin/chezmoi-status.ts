import { main } from "../src/cli/command.ts";
import { chezmoiStatus } from "../src/dotfiles/status.ts";

await main(chezmoiStatus);
