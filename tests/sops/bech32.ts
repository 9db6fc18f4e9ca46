/** Makes bech32 texts (BIP 173) for tests, from its reference: not the way our own code goes. */
const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

function polymod(values: readonly number[]): number {
  const constants = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (let bit = 0; bit < 5; bit++) if (top >>> bit & 1) sum ^= constants[bit] ?? 0;
  }
  return sum;
}

/** The text with this prefix for some bytes, in capitals. */
export function bech32(prefix: string, bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const words = (bits.match(/.{1,5}/g) ?? []).map((five) => parseInt(five.padEnd(5, "0"), 2));
  return bech32Words(prefix, words);
}

/** The same for data that is cut into fives already. */
export function bech32Words(prefix: string, words: readonly number[]): string {
  const codes = [...prefix.toLowerCase()].map((letter) => letter.charCodeAt(0));
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const sum = polymod([...expanded, ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = Array.from({ length: 6 }, (_, at) => sum >>> 5 * (5 - at) & 31);
  return `${prefix}1${[...words, ...check].map((word) => letters[word]).join("")}`.toUpperCase();
}
