import type { Manifest, ManifestFile } from "./manifest_state.ts";

/** A file that a manifest wants. */
export interface ExpectedFile extends ManifestFile {
  readonly kind: "secret" | "template";
  /** Its name below the generation. */
  readonly below: string;
  /** Where a link to it has to be, when programs look for it outside of the generation. */
  readonly linkedAt: string | undefined;
  /** What that link has to say. */
  readonly linkText: string;
}

/**
 * The files that a manifest wants. As symlinkSecretsAndTemplates of sops-install-secrets has it:
 * templates are below `rendered/`, and whatever is to be elsewhere than below /run/secrets is a link
 * to there.
 */
export function expectedFiles(manifest: Manifest): readonly ExpectedFile[] {
  const expect = (file: ManifestFile, kind: ExpectedFile["kind"]): ExpectedFile => {
    const below = kind === "template" ? `rendered/${file.name}` : file.name;
    const linkText = `${manifest.symlinkPath}/${below}`;
    return {
      ...file,
      kind,
      below,
      linkText,
      linkedAt: file.path === linkText ? undefined : file.path,
    };
  };
  return [
    ...manifest.secrets.map((file) => expect(file, "secret")),
    ...manifest.templates.map((file) => expect(file, "template")),
  ];
}

/**
 * The directory of the generation that a link leads to; `undefined` when it leads elsewhere.
 * prepareSecretsDir of sops-install-secrets counts them: /run/secrets.d/1, /run/secrets.d/2 and so on.
 */
export function generationIn(
  linkText: string,
  { secretsMountPoint }: Pick<Manifest, "secretsMountPoint">,
): string | undefined {
  const prefix = `${secretsMountPoint}/`;
  return linkText.startsWith(prefix) && /^[1-9]\d*$/.test(linkText.slice(prefix.length))
    ? linkText
    : undefined;
}
