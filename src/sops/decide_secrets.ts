import { octal, quoted } from "./decide_check.ts";
import { type ExpectedFile, expectedFiles } from "./decide_place.ts";
import type { Look } from "./entry.ts";
import type { InstallationFacts, SopsFacts } from "./facts.ts";
import type { FileFacts } from "./place_facts.ts";

/** A secret, or a template with secrets in it. */
export interface SecretReport {
  readonly kind: "secret" | "template";
  readonly name: string;
  /** Where programs find it. */
  readonly path: string;
  /** `skipped`: this user may not look at it. */
  readonly state: "ok" | "failed" | "skipped";
  readonly trouble?: "missing" | "wrong" | "unseen";
  readonly detail: string;
}

type Names = Pick<SopsFacts, "users" | "groups">;

/** Judges every secret and template of an installation; none when its manifest says nothing. */
export function judgeSecrets(
  { content, place, ignoresPasswd }: InstallationFacts,
  names: Names,
): readonly SecretReport[] {
  if (content.kind !== "valid" || place === undefined) return [];
  return expectedFiles(content.state).map((expected) => {
    const { kind, name, path, below } = expected;
    const seen = place.files.get(below) ?? { look: { type: "missing" } };
    return { kind, name, path, ...judge(rooted(expected, ignoresPasswd), seen, names) };
  });
}

/** With -ignore-passwd all belongs to root: validateSecret of sops-install-secrets. */
function rooted(expected: ExpectedFile, ignoresPasswd: boolean): ExpectedFile {
  return ignoresPasswd
    ? { ...expected, owner: undefined, group: undefined, uid: 0, gid: 0 }
    : expected;
}

type Verdict = Pick<SecretReport, "state" | "trouble" | "detail">;

function judge(expected: ExpectedFile, { look, link, linkText }: FileFacts, names: Names): Verdict {
  if (look.type === "missing") return { state: "failed", trouble: "missing", detail: "missing" };
  if (look.type === "forbidden" || link?.type === "forbidden") {
    return {
      state: "skipped",
      trouble: "unseen",
      detail: "cannot be looked at by this user: run it as root",
    };
  }
  if (link?.type === "missing") {
    return {
      state: "failed",
      trouble: "missing",
      detail: `missing: nothing is at ${quoted(expected.path)}`,
    };
  }
  const wrong = [...ofFile(expected, look, names), ...ofLink(expected, link, linkText)];
  return wrong.length === 0
    ? { state: "ok", detail: "in place" }
    : { state: "failed", trouble: "wrong", detail: wrong.join(", ") };
}

/** What is wrong with the file itself. */
function ofFile(expected: ExpectedFile, look: Look, { users, groups }: Names): readonly string[] {
  if (look.type === "broken") return [`cannot be looked at: ${look.reason}`];
  if (look.type !== "file") {
    return [`no file, but ${look.type === "other" ? "a device or pipe" : `a ${look.type}`}`];
  }
  const { owner, group } = expected;
  return [
    ...ofNumber("owner", look.uid, owner, owner === undefined ? expected.uid : users.get(owner)),
    ...ofNumber("group", look.gid, group, group === undefined ? expected.gid : groups.get(group)),
    ...(modes(expected).includes(look.mode)
      ? []
      : [`mode ${octal(look.mode)} instead of ${octal(expected.mode)}`]),
  ];
}

/**
 * The modes that are right: writeSecrets creates a secret with its mode and leaves it to the umask,
 * 022 for a system's services; writeTemplate sets the mode of a template.
 */
function modes({ kind, mode }: ExpectedFile): readonly number[] {
  return kind === "secret" ? [mode, mode & ~0o022] : [mode];
}

function ofNumber(
  what: "owner" | "group",
  actual: number,
  name: string | undefined,
  wanted: number | undefined,
): readonly string[] {
  if (wanted === undefined) return [`${what} ${quoted(name ?? "")} is unknown on this host`];
  const right = name === undefined ? `${wanted}` : `${quoted(name)} (${wanted})`;
  return actual === wanted ? [] : [`${what} ${actual} instead of ${right}`];
}

/** What is wrong with the link outside of the generation. Whose text it is stays untold. */
function ofLink(
  { path, linkText: wanted }: ExpectedFile,
  link: Look | undefined,
  actual: string | undefined,
): readonly string[] {
  if (link === undefined || link.type === "link" && actual === wanted) return [];
  return link.type === "link"
    ? [`the link ${quoted(path)} leads elsewhere than to ${quoted(wanted)}`]
    : [`${quoted(path)} is no link to ${quoted(wanted)}`];
}
