import {
  failed,
  type Finding,
  fine,
  octal,
  quoted,
  shellWord,
  unseen,
  warning,
} from "./decide_check.ts";
import type { Entry } from "./entry.ts";
import type { KeyFacts } from "./key_facts.ts";

const restore = "restore it from a backup, or give the host a new key and re-encrypt the secrets " +
  "for it with sops updatekeys";

/**
 * Judges a key. sops-install-secrets goes on without an ssh key that it cannot read (importAgeSSHKeys
 * and importSSHKeys), and fails without the age key file: so a missing ssh key is a warning while
 * there are `others`, whose recipients may be enough.
 */
export function judgeKey(key: KeyFacts, others: boolean): Finding {
  const { link, target, kind } = key;
  const path = quoted(key.path);
  const gone = (detail: string): Finding =>
    others && kind === "ssh"
      ? warning(`${detail}; other keys may do`, restore)
      : failed(detail, restore);
  const wanted = kind === "gnupg-home" ? "directory" : "file";
  if (link.type === "forbidden") return unseen(path);
  if (link.type === "missing") return gone(`${path} is missing`);
  if (link.type === "link" && link.uid !== 0) {
    return failed(
      `${path} is a link that user ${link.uid} made, and was not followed`,
      `look where it leads: ls -l ${shellWord(key.path)}`,
    );
  }
  if (target.type === "forbidden") return unseen(path);
  if (target.type === "missing") return gone(`${path} leads to nothing`);
  if (target.type === "broken") return gone(`${path} cannot be looked at: ${target.reason}`);
  if (target.type !== wanted) return gone(`${path} is no ${wanted}`);
  if (wanted === "file" && target.size === 0) return gone(`${path} is empty`);
  return exposure(key, target) ?? form(key) ?? fine(`${path} is in place, for root alone`);
}

/** What lets others than root at a key. */
function exposure({ path, kind }: KeyFacts, { uid, mode }: Entry): Finding | undefined {
  if (uid !== 0) {
    return failed(
      `${quoted(path)} belongs to user ${uid}, not to root`,
      `chown root:root ${shellWord(path)}`,
    );
  }
  if ((mode & 0o077) === 0) return undefined;
  const right = kind === "gnupg-home" ? "0700" : "0600";
  return failed(
    `${quoted(path)} is open to others than root: its mode is ${
      octal(mode)
    }, and should be ${right}`,
    `chmod ${right} ${shellWord(path)}, and replace the key if somebody may have read it`,
  );
}

/** What is wrong with the form of an age key file. */
function form({ path, kind, identities }: KeyFacts): Finding | undefined {
  if (kind !== "age" || identities === undefined) return undefined;
  const named = quoted(path);
  switch (identities.kind) {
    case "forbidden":
      return unseen(named);
    case "too-large":
      return failed(`${named} is too large for a key file`, restore);
    case "none":
      return failed(`${named} holds no age identity`, restore);
    case "malformed":
      return failed(
        `line ${identities.line} of ${named} is not an age identity`,
        `correct or remove the line, or ${restore}`,
      );
    case "well-formed":
      return fine(`${named} is in place, for root alone, and well-formed`);
  }
}
