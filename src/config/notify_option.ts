import { isTexts, type Option } from "../cli/options.ts";

/** A ready way to tell somebody. */
export interface NotifyPreset {
  readonly kind: "ntfy" | "webhook" | "matrix" | "mail";
  /** Of the topic, the hook, or the room's `…/send/m.room.message`; of a mail the address. */
  readonly to: string;
  /** A file with HTTP headers, as `Authorization: Bearer …`: tokens are not for command lines. */
  readonly headerFile?: string;
}

const kinds: readonly unknown[] = ["ntfy", "webhook", "matrix", "mail"];

/** Somebody to tell, by ready commands. */
export function presets(help: string): Option<readonly NotifyPreset[]> {
  return {
    help,
    value: "PRESETS",
    fallback: [],
    fallbackText: "nobody",
    configOnly: true,
    parse: (given) =>
      Array.isArray(given) && given.every(isPreset)
        ? { value: given }
        : { expected: 'a list of {"kind": "ntfy|webhook|matrix|mail", "to": "URL or address"}' },
  };
}

function isPreset(given: unknown): given is NotifyPreset {
  if (typeof given !== "object" || given === null) return false;
  const { kind, to, headerFile, ...rest } = given as Record<string, unknown>;
  if (!kinds.includes(kind) || !isTexts([to]) || Object.keys(rest).length > 0) return false;
  // What begins with a dash would be an option of curl's or sendmail's.
  const form = kind === "mail" ? /^[^\s<>,;-][^\s<>,;]*$/ : /^https?:\/\/\S+$/;
  return form.test(to as string) && (headerFile === undefined || isTexts([headerFile]));
}
