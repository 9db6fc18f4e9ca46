/** How to make a system live. */
export type Action = "switch" | "boot" | "test";

/** How an activation ended. */
export type Activated =
  /** It is live. */
  | { readonly kind: "live" }
  /** It is live, and units failed: whether that is its fault the units themselves have to tell. */
  | { readonly kind: "live-with-failed-units" }
  /** It is the default of the next boot. */
  | { readonly kind: "next-boot"; readonly why: string }
  /** A running system may not be switched to it: it has to be booted. */
  | { readonly kind: "inhibited" }
  | { readonly kind: "failed"; readonly why: string };

/** What `switch-to-configuration` says when components changed that only a reboot can replace. */
const inhibition = /changes to critical components|switch inhibitors?/i;

/**
 * What the exit status of `switch-to-configuration` means: 1 a pre-switch check or the boot loader, 2
 * the activation script, 4 units, 100 a reboot is needed; 128 and above a signal.
 */
export function decideActivated(
  action: Action,
  { status, stdout, stderr, timedOut }: {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly timedOut: boolean;
  },
): Activated {
  if (timedOut) return { kind: "failed", why: "the activation did not end in time" };
  switch (status) {
    case 0:
      return action === "boot"
        ? { kind: "next-boot", why: "it was asked for as the next boot's" }
        : { kind: "live" };
    case 4:
      return { kind: "live-with-failed-units" };
    case 100:
      return { kind: "next-boot", why: "the new system needs a reboot" };
    case 1:
      if (action === "switch" && inhibition.test(stdout + stderr)) return { kind: "inhibited" };
      return { kind: "failed", why: `a check or the boot loader failed${said(stderr)}` };
    case 2:
      return { kind: "failed", why: `the activation script failed${said(stderr)}` };
    default:
      return {
        kind: "failed",
        why: status > 128
          ? `the activation was killed by signal ${status - 128}`
          : `the activation ended with status ${status}${said(stderr)}`,
      };
  }
}

/** Whether what both systems say must not be switched live differs between them. */
export function isInhibited(current: string | undefined, next: string | undefined): boolean {
  const [before, after] = [inhibitors(current), inhibitors(next)];
  return Object.keys(after).some((name) => name in before && before[name] !== after[name]);
}

function inhibitors(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {}; // An earlier form of the file, which its own check reads.
  }
}

function said(stderr: string): string {
  const last = stderr.trim().split("\n").slice(-3).join(" / ");
  return last === "" ? "" : `: ${last.slice(0, 300)}`;
}

/** Whether a reboot is allowed at a local time, in minutes since midnight. */
export function isWithin(
  window: readonly [number, number] | undefined,
  minutes: number,
): boolean {
  if (window === undefined) return true;
  const [from, until] = window;
  return from <= until ? minutes >= from && minutes < until : minutes >= from || minutes < until;
}
