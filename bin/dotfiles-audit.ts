import { main } from "../src/cli/command.ts";
import { dotfilesAudit } from "../src/audit/dotfiles_audit.ts";

await main(dotfilesAudit);
