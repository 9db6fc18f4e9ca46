import { main } from "../src/cli/command.ts";
import { chezmoiShowConflicts } from "../src/dotfiles/show_conflicts.ts";

await main(chezmoiShowConflicts);
