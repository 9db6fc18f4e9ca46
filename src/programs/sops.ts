import { capture, ProgramMissingError } from "../host/process.ts";
import { unattended } from "./unattended.ts";

/** Bound in milliseconds: a key service may be asked over the network. */
const bound = 60_000;

/** What encrypting came to; sops's own words could hold parts of the text, and are not told. */
export type Encrypted =
  | { readonly kind: "encrypted"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly status: number };

/**
 * Encrypts a YAML text as the file that it is to become: `.sops.yaml` is looked for from that file's
 * directory on upwards, and its rules are asked for that name. The text never lies on a disk in clear.
 */
export async function encryptYaml(
  text: string,
  { directory, name }: { readonly directory: string; readonly name: string },
): Promise<Encrypted> {
  try {
    const output = await capture({
      argv: [
        ...["sops", "--encrypt", "--input-type", "yaml", "--output-type", "yaml"],
        ...["--filename-override", `${directory}/${name}`, "/dev/stdin"],
      ],
      cwd: directory,
      env: unattended,
      stdin: text,
      timeout: bound,
    });
    return output.status === 0 && !output.timedOut
      ? { kind: "encrypted", text: output.stdout }
      : { kind: "failed", status: output.status };
  } catch (error) {
    if (error instanceof ProgramMissingError) return { kind: "absent" };
    throw error;
  }
}
