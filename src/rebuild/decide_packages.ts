/** A package that one system has and another has not, or not in the same version. */
export interface PackageChange {
  readonly name: string;
  readonly kind: "added" | "removed" | "changed";
  /** As Nix says it: `1.0 → 1.1`. */
  readonly versions: string;
}

/**
 * Reads what `nix store diff-closures` prints: `NAME: VERSIONS → VERSIONS, +1.2 KiB`, where ∅ stands
 * for no such package and ε for no version. Lines that tell of a size only are no change.
 */
export function parsePackages(output: string): readonly PackageChange[] {
  // deno-lint-ignore no-control-regex
  const lines = output.replaceAll(/\x1b\[[0-9;]*m/g, "").split("\n");
  return lines.flatMap((line): PackageChange[] => {
    const [, name, from, to] = /^(.+?): (.+?) → (.+?)(?:, [+-][\d.]+ \wi?B)?$/.exec(line.trim()) ??
      [];
    if (name === undefined || from === undefined || to === undefined) return [];
    const kind = from === "∅" ? "added" : to === "∅" ? "removed" : "changed";
    return [{ name, kind, versions: `${from} → ${to}` }];
  });
}

/** How many of each kind, in words; `undefined` when nothing differs. */
export function packagesInWords(changes: readonly PackageChange[]): string | undefined {
  const counts = (["added", "removed", "changed"] as const)
    .map((kind) => [changes.filter((each) => each.kind === kind).length, kind] as const)
    .filter(([count]) => count > 0);
  return counts.length === 0
    ? undefined
    : counts.map(([count, kind]) => `${count} ${kind}`).join(", ");
}
