# The npm packages of a deno.lock as tarballs: name, version, url and hash of each. The lock has the
# hash that the registry states, so nothing else is to be maintained here.
lockText:
let
  lock = builtins.fromJSON lockText;
  # "@scope/name@1.2.3", with "_peer@4.5.6" behind it where a package was resolved for its peers.
  nameAndVersion =
    key:
    let
      parts = builtins.match "(@?[^@]+)@([^_]+)(_.*)?" key;
    in
    if parts == null then
      throw "deno.lock: cannot tell name and version of the npm package \"${key}\""
    else
      {
        name = builtins.elemAt parts 0;
        version = builtins.elemAt parts 1;
      };
  tarball =
    key:
    let
      package = nameAndVersion key;
      entry = lock.npm.${key};
    in
    package
    // {
      # Only a package that is not where the registry puts all of them has its address in the lock.
      url =
        entry.tarball
          or "https://registry.npmjs.org/${package.name}/-/${baseNameOf package.name}-${package.version}.tgz";
      hash = entry.integrity or (throw "deno.lock: ${key} has no integrity");
    };
in
if lock.version != "5" then
  throw "deno.lock has version ${lock.version}; nix/lib/npm-tarballs.nix reads version 5"
else if lock ? remote || lock ? jsr then
  throw "deno.lock has modules from elsewhere than npm, which nix/package.nix does not fetch"
else
  map tarball (builtins.attrNames (lock.npm or { }))
