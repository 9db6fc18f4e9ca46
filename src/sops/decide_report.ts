import { judgeActivation, remedyOf } from "./decide_activation.ts";
import {
  type Check,
  combine,
  failed,
  type Finding,
  fine,
  listed,
  unseen,
  warning,
} from "./decide_check.ts";
import { judgeKey } from "./decide_keys.ts";
import { judgeSecrets, type SecretReport } from "./decide_secrets.ts";
import type { SopsFacts } from "./facts.ts";

/** What was found of sops-nix on this host: what `check-sops --json` prints. Names, never values. */
export interface SopsReport {
  readonly schema: 1;
  /** Nothing failed, and this user could look at all of it. */
  readonly ok: boolean;
  /** This user could look at all of it. */
  readonly complete: boolean;
  readonly checks: readonly Check[];
  readonly secrets: readonly SecretReport[];
  /** Files among the secrets that no manifest names. */
  readonly extras: readonly string[];
}

const noSops = "this system has no sops secrets";

/** Judges all that was seen. */
export function decideReport(facts: SopsFacts): SopsReport {
  const { installations, keys } = facts;
  const hasSops = installations.length + facts.riddles.length > 0;
  const activation = hasSops || facts.system.type !== "directory" ? judgeActivation(facts) : [];
  const judged = keys.map((key) => [key.kind, judgeKey(key, keys.length > 1)] as const);
  const of = (isAge: boolean): readonly Finding[] =>
    judged.filter(([kind]) => (kind === "age") === isAge).map(([, finding]) => finding);
  const secrets = installations.flatMap((each) => judgeSecrets(each, facts));
  const places = installations.flatMap(({ place }) => place === undefined ? [] : [place]);
  const extras = places.flatMap((place) => place.extras === "forbidden" ? [] : place.extras);
  const inSecrets = secretFindings(secrets, remedyForSecrets(facts));
  const besides = [
    ...(extras.length === 0 ? [] : [extraFinding(extras, inSecrets)]),
    ...(places.some((place) => place.extras === "forbidden")
      ? [unseen("the list of files among the secrets")]
      : []),
  ];
  const because = (reason: string): string => hasSops ? reason : noSops;
  const checks = [
    combine("host-key", of(false), because("no ssh key is named for secrets")),
    combine("age-key", of(true), because("no age key file is named for secrets")),
    combine("activation", activation, noSops),
    combine(
      "secrets",
      [...inSecrets, ...besides],
      because("no manifest that can be read names one"),
    ),
  ];
  const all = [...judged.map(([, finding]) => finding), ...activation, ...inSecrets, ...besides];
  const complete = all.every(({ isUnseen }) => isUnseen !== true);
  const ok = complete && all.every(({ state }) => state !== "failed");
  return { schema: 1, ok, complete, checks, secrets, extras };
}

function remedyForSecrets(facts: SopsFacts): string {
  const broken = facts.installations.filter((each) =>
    judgeSecrets(each, facts).some(({ state }) => state === "failed")
  );
  return [...new Set(broken.map((each) => remedyOf(each, facts)))].join("; ");
}

function secretFindings(secrets: readonly SecretReport[], remedy: string): readonly Finding[] {
  if (secrets.length === 0) return [];
  const text = textOf(secrets);
  if (secrets.some(({ state }) => state === "failed")) return [failed(text, remedy)];
  const blind = secrets.filter(({ state }) => state === "skipped");
  return blind.length === 0
    ? [fine(text)]
    : [unseen(`${blind.length} of ${counted(secrets.length)}`)];
}

function extraFinding(extras: readonly string[], others: readonly Finding[]): Finding {
  const before = others.filter(({ state }) => state === "ok").map(({ detail }) =>
    `${detail}, but `
  );
  const [files, them] = extras.length === 1
    ? ["a file that no manifest names is", "it"]
    : [`${extras.length} files that no manifest names are`, "them"];
  return warning(
    `${before.join("")}${files} among the secrets: ${listed(extras)}`,
    `find out who put ${them} there; the next activation begins with an empty directory`,
  );
}

function counted(count: number): string {
  return count === 1 ? "1 secret" : `${count} secrets`;
}

/** The secrets in a few words: `2 of 12 secrets are missing: a, b`. */
function textOf(secrets: readonly SecretReport[]): string {
  const all = counted(secrets.length);
  const named = (trouble: SecretReport["trouble"]): readonly string[] =>
    secrets.filter((each) => each.trouble === trouble).map(({ name }) => name);
  const [missing, wrong] = [named("missing"), named("wrong")];
  const parts = [
    ...(missing.length === 0 ? [] : [
      `${missing.length} of ${all} ${missing.length === 1 ? "is" : "are"} missing: ${
        listed(missing)
      }`,
    ]),
    ...(wrong.length === 0 ? [] : [
      `${wrong.length} of ${all} ${
        wrong.length === 1 ? "is not as it" : "are not as they"
      } should be: ` +
      listed(wrong),
    ]),
  ];
  return parts.length === 0 ? `${all} in place` : parts.join("; ");
}

/**
 * A report in one line: `12 secrets in place`, `2 of 12 secrets are missing: a, b`, and what else
 * has failed.
 */
export function summaryOf({ checks, secrets, complete }: SopsReport): string {
  const bad = checks.filter(({ state }) => state === "failed").map(({ detail }) => detail);
  // The secrets first: they are what services wait for.
  if (bad.length > 0) return bad.reverse().join("; ");
  if (!complete) return "not all of sops can be looked at by this user: run check-sops as root";
  if (secrets.length > 0) return textOf(secrets);
  return checks.find(({ name }) => name === "secrets")?.detail ?? noSops;
}
