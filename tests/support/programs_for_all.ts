import { programs } from "./programs.ts";
import type { Sandbox } from "./sandbox.ts";

/** A user that owns nothing. */
export const nobody = 65534;

/** The programs at a place where everybody can run them; returns a PATH. */
export async function programsForAll(sandbox: Sandbox): Promise<string> {
  const { directory } = await programs();
  const from = directory.replace(/\/bin$/, "");
  const to = `${sandbox.root}/programs`;
  const script = `cp -a "$1" "$2"
    sed -i "s#$1#$2#g" "$2"/bin/* "$2"/rootfs/usr/lib/git-core/git`;
  if (directory !== "") {
    await sandbox.run(["sh", "-euc", script, "sh", from, to], { cwd: sandbox.root });
  }
  return `${to}/bin:${sandbox.environment["PATH"]}`;
}
