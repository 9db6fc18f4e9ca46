import { decideConfig } from "./decide_config.ts";
import { decideDotfiles } from "./decide_dotfiles.ts";
import { decideGolden } from "./decide_golden.ts";
import { worstOf } from "./decide_level.ts";
import { inShort } from "./decide_line.ts";
import { decideSecrets } from "./decide_secrets.ts";
import { decideUpgrade } from "./decide_upgrade.ts";
import { readDotfiles } from "./dotfiles_facts.ts";
import { readGolden } from "./golden_facts.ts";
import type { HostReport } from "./report_state.ts";
import { readSecrets } from "./secrets_facts.ts";
import type { StatusSettings } from "./settings.ts";
import { readUpgrade } from "./upgrade_facts.ts";

/** Looks at a host's state files and says how each part of it is. Changes nothing. */
export async function lookAtHost(settings: StatusSettings, now: Date): Promise<HostReport> {
  const { stale, dotfilesPush: pushes } = settings;
  const dotfiles = [];
  for (const place of settings.dotfiles) dotfiles.push(await readDotfiles(place));
  const upgrade = await readUpgrade(settings.upgrade, settings.repo);
  const upgradeLimits = { now, staleAfter: stale.upgrade };
  const lines = [
    ...decideDotfiles(dotfiles, { now, staleAfter: stale.dotfiles, pushes }),
    decideConfig(upgrade, upgradeLimits),
    decideUpgrade(upgrade, upgradeLimits),
    decideGolden(readGolden(settings.golden), { now, staleAfter: stale.trial }),
    decideSecrets(readSecrets(settings.currentSystem)),
  ];
  return {
    schema: 1,
    host: inShort(settings.host),
    time: now.toISOString(),
    level: worstOf(lines.map(({ level }) => level)),
    lines,
  };
}
