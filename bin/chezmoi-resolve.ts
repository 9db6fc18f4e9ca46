import { main } from "../src/cli/command.ts";
import { chezmoiResolve } from "../src/dotfiles/resolve.ts";

await main(chezmoiResolve);
