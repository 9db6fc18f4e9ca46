/** What an age key file holds; never anything of its text. */
export type Identities =
  | { readonly kind: "well-formed"; readonly count: number }
  | { readonly kind: "malformed"; readonly line: number }
  | { readonly kind: "none" };

/**
 * Judges the form of an age key file. As age's ParseIdentities reads it: one identity a line, empty
 * lines and such as begin with # left out, everything else an error of the whole file. sops-nix
 * appends the file to the keys it made of ssh keys, so that one bad line spoils those as well.
 */
export function judgeIdentities(text: string): Identities {
  let count = 0;
  for (const [at, full] of text.split("\n").entries()) {
    const line = full.replace(/\r$/, "");
    if (line === "" || line.startsWith("#")) continue;
    if (!isIdentity(line)) return { kind: "malformed", line: at + 1 };
    count++;
  }
  return count === 0 ? { kind: "none" } : { kind: "well-formed", count };
}

/**
 * Whether a line is an identity that sops hands to age: X25519, the post-quantum hybrid (both 32
 * bytes), or a plugin's, which may hold anything. age demands capitals.
 */
function isIdentity(line: string): boolean {
  if (/^AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]{58}$/.test(line)) {
    const words = dataOf(line);
    // 52 characters of 5 bits are 32 bytes and 4 bits of padding, which must be 0.
    return words !== undefined && words.length === 52 && ((words[51] ?? 0) & 0b1111) === 0;
  }
  return /^AGE-PLUGIN-[A-Z0-9+._-]+-1[02-9AC-HJ-NP-Z]{6,}$/.test(line) &&
    dataOf(line) !== undefined;
}

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The data of a bech32 text (BIP 173, without its bound on the length) whose checksum is right. */
function dataOf(text: string): readonly number[] | undefined {
  const lower = text.toLowerCase();
  // The separator is the last 1, which is no letter of the alphabet.
  const cut = lower.lastIndexOf("1");
  const prefix = [...lower.slice(0, cut)].map((letter) => letter.charCodeAt(0));
  const words = [...lower.slice(cut + 1)].map((letter) => alphabet.indexOf(letter));
  const all = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...words];
  return checksum(all) === 1 ? words.slice(0, -6) : undefined;
}

const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksum(words: readonly number[]): number {
  return words.reduce((sum, word) => {
    const shifted = ((sum & 0x1ffffff) << 5) ^ word;
    return generator.reduce(
      (value, each, bit) => (sum >> (25 + bit)) & 1 ? value ^ each : value,
      shifted,
    );
  }, 1);
}
