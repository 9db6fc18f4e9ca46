import { main } from "../src/cli/command.ts";
import { chezmoiSync } from "../src/dotfiles/sync.ts";

await main(chezmoiSync);
