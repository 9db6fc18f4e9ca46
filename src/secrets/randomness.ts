/** Shannon's entropy of a text in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const parts = [...counts.values()].map((count) => count / text.length);
  return -parts.reduce((sum, part) => sum + part * Math.log2(part), 0);
}

/** The pairs of letters that words and identifiers are mostly made of, about a quarter of all. */
const pairs = new Set(
  ("th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se " +
    "le sa si ar ve ra ld ur ro ri io ic ne me li ch ce co ma om ca el la pe ec il us ho lo ta no " +
    "di ns ac am ge em ot tr so sh ke ey ck ss ll pa po pr ex ap sp up ai ad ag ab ow ig gh ht ct " +
    "ut un id ir iv do da be ba bo bl br cl cr fi fo fr go gr im ks ls mo mi mp nc ni oo op os pl " +
    "rs rt sc su ts ul vi wa we wi wo rd rm ry ly ty ay ev ef oc ee ue ie ff mm pp tt").split(" "),
);

/** Which part of a text's pairs of letters is usual in words: about a quarter where it is random. */
export function readability(text: string): number {
  let [all, usual] = [0, 0];
  // A capital begins a word, so that what stands before it belongs to another one.
  for (const [run] of text.matchAll(/[A-Z]{1,64}(?![a-z])|[A-Z]?[a-z]{1,64}/g)) {
    const word = run.toLowerCase();
    for (let at = 0; at + 1 < word.length; at++) {
      all++;
      if (pairs.has(word.slice(at, at + 2))) usual++;
    }
  }
  return all === 0 ? 0 : usual / all;
}

/** What stands for a secret in examples and templates. */
const stand = new RegExp(
  "example|sample|placeholder|change-?_?me|replace|redacted|dummy|insert|your[-_ ]?|fixme|todo|" +
    "not-?_?a-?_?real|p[a@]ss-?w[o0]rd|^(?:user|pass|passwd|pw|token|secret|key|test|foo|bar)\\d{0,3}$|xxxx|\\*\\*\\*|\\.\\.\\.|012345|123456|abcdef|qwerty|(.)\\1{7}",
  "i",
);

/** Whether a text only stands for a secret: `changeme`, `xxxx`, `<your token>`. */
export function isPlaceholder(given: string): boolean {
  const text = given.replace(/\s+/g, "");
  // A long key holds any word by chance.
  if (text.length <= 256 && stand.test(text)) return true;
  return new Set(text.slice(0, 256)).size < Math.min(6, text.length / 2);
}

/** Whether a text looks drawn at random: long, of letters and digits, with hardly a word in it. */
export function looksRandom(given: string): boolean {
  // The beginning tells as much as all of it.
  const text = given.slice(0, 80);
  if (text.length < 16 || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  const bits = entropy(text);
  if (/^[0-9a-f]+$/i.test(text)) return bits > 2.8;
  return bits > 3.2 && readability(text) < 0.55;
}

/** Whether a text looks like a password that a person made up: letters, and something else. */
export function looksChosen(text: string): boolean {
  if (
    text.length < 8 || text.length > 64 || !/[A-Za-z]/.test(text) || !/[\d!@#$%^&*?~+=]/.test(text)
  ) return false;
  return !text.includes("/") || readability(text) < 0.5;
}
