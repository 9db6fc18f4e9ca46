import { counted, type Finding, lineOf } from "./decide_line.ts";
import type { Line } from "./report_state.ts";
import type { SecretsFacts, SecretsFound } from "./secrets_facts.ts";

/** How much older than the activation its secrets may be, in milliseconds; as `check-sops` has it. */
const patience = 10 * 60_000;

/** How many names are told. */
const mostNames = 3;

const check = "sudo check-sops";

/** The line of the secrets: whether each that the running system wants is there. */
export function decideSecrets(facts: SecretsFacts): Line {
  const { installations, riddles, system } = facts;
  const riddle: readonly Finding[] = riddles === 0
    ? []
    : [{ level: "unknown", says: "it cannot be told which secrets there should be", hint: check }];
  if (installations.length === 0 && riddle.length === 0) {
    return lineOf("secrets", [
      system === "forbidden"
        ? { level: "unknown", says: "the running system may not be looked at", hint: check }
        : { level: "unused", says: "this system has no sops secrets" },
    ]);
  }
  const findings = installations.map((each) => judge(each, facts));
  const at = installations.map(({ installed }) => installed).filter((time) => time !== undefined);
  return lineOf("secrets", [...findings, ...riddle], { at: at.sort()[0] });
}

function judge(each: SecretsFound, { activated }: SecretsFacts): Finding {
  const { content, link, isGeneration, count, missing, hidden, manifest } = each;
  switch (content.kind) {
    case "missing":
      return { level: "bad", says: `the manifest ${manifest} is not there`, hint: check };
    case "corrupt":
      return { level: "bad", says: `the manifest ${manifest}: ${content.reason}`, hint: check };
    case "forbidden":
      return { level: "unknown", says: "this user may not read the manifest", hint: check };
  }
  if (link === "forbidden" || hidden > 0 && missing.length === 0) {
    return { level: "unknown", says: "this user may not look at the secrets", hint: check };
  }
  if (!isGeneration) {
    return {
      level: "bad",
      says: `no secrets are installed: ${content.state.symlinkPath} leads nowhere`,
      hint: check,
    };
  }
  if (missing.length > 0) {
    const names = missing.slice(0, mostNames).join(", ");
    const more = missing.length > mostNames ? ", …" : "";
    const says = `${missing.length} of ${counted(count, "secret")} missing: ${names}${more}`;
    return { level: "bad", says, hint: check };
  }
  return isOld(each, activated)
    ? { level: "warning", says: "the secrets are older than the last activation", hint: check }
    : { level: "ok", says: `${counted(count, "secret")} in place` };
}

/** The activation went on after it failed to install them; a unit is left alone where nothing changed. */
function isOld({ installed, unit }: SecretsFound, activated: string | undefined): boolean {
  return unit === undefined && installed !== undefined && activated !== undefined &&
    Date.parse(installed) + patience < Date.parse(activated);
}
