/** How values look that name a secret which is kept elsewhere, and what is public by nature. */
const reference = new RegExp(
  [
    // Variables, templates, expressions, paths, substitutions.
    "^\\$|\\$\\{|\\$\\(|\\{\\{|\\}\\}|<%|%>|^<|^~?\\.{0,2}/|^!(?:secret|vault|env|include|sops)|^@[\\w.-]+@$|^%[\\w.-]+%$",
    "^%\\w*\\(|%\\{|\\\\[sSdDwWb]|\\(\\?|^#(?:[a-z-]+|[0-9a-fA-F]{3,8})$",
    "\\b(?:config|pkgs|lib|sops|secrets|env|environ|vars?|self|this|process|os|args)\\b[.[]\\w",
    // Where a password manager or another program keeps it; what sops or Sealed Secrets encrypted.
    "^(?:ext|op|vault|env|file|secrets?|keyring|pass|bw|lpass|gopass|sops|cmd|exec|aws|arn|gpg)\\b[.:]",
    "^ref\\+|://|^ENC\\[|^Ag[A-P][A-Za-z0-9+/]{150}",
    // Digests, public keys, fingerprints, addresses, numbers, identifiers, dates.
    "^(?:[Ss][Hh][Aa]\\d{1,3}|md5)[-:]|^age1|^(?:sk-)?(?:ssh|ecdsa)-|^0x[0-9a-fA-F]+$|^[0-9A-F]{16}$",
    "^(?:[0-9A-F]{4} ?){10}$|^[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:.]+$|^(?:[0-9A-F]{2}:){5}",
    "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$|^\\d{4}-\\d\\d-\\d\\d",
  ].join("|"),
);

/** Whether a value is no secret in itself: it says where one is kept, or is public by nature. */
export function isReference(value: string): boolean {
  return reference.test(value);
}
