# The options of the modules as data, for docs/reference/nixos-options.md. What a declaration needs of
# nixpkgs' lib is made up here, so that the page can be written and checked without nixpkgs.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    isFunction
    map
    toJSON
    ;

  type = text: more: { inherit text; } // more;
  sub = of: if of ? options then { inherit (of) options step; } else { };

  types = {
    bool = type "boolean" { };
    str = type "text" { };
    path = type "path" { };
    package = type "package" { };
    ints = {
      between = least: most: type "whole number from ${toString least} to ${toString most}" { };
      positive = type "whole number above 0" { };
    };
    enum = words: type "one of ${concatStringsSep ", " (map toJSON words)}" { };
    nullOr = of: type "null or ${of.text}" (sub of);
    listOf = of: type "list of ${of.text}" (sub of // { step = ".*"; });
    nonEmptyListOf = of: type "list of ${of.text}, not empty" (sub of // { step = ".*"; });
    attrsOf = of: type "set of ${of.text}" (sub of // { step = ".NAME"; });
    either = a: b: type "${a.text}, or ${b.text}" (sub b);
    coercedTo =
      from: _: to:
      type "${from.text}, or ${to.text}" (sub to);
    submodule =
      given:
      type "submodule" {
        inherit (if isFunction given then given { name = "NAME"; } else given) options;
        step = "";
      };
  };

  lib = {
    inherit types;
    mkOption = declaration: declaration // { _type = "option"; };
  };

  module =
    file:
    (import file {
      inherit lib;
      config = { };
      options = { };
      pkgs = { };
    }).options;

  # In words where the declaration says so, since a host's configuration decides.
  defaultOf =
    option:
    if option ? defaultText then
      option.defaultText
    else if option ? default then
      toJSON option.default
    else
      null;

  listed =
    prefix: tree:
    concatMap (
      name:
      let
        each = tree.${name};
        path = if prefix == "" then name else "${prefix}.${name}";
      in
      if (each._type or null) != "option" then
        listed path each
      else if each.internal or false then
        [ ]
      else
        [
          {
            name = path;
            type = each.type.text;
            default = defaultOf each;
            inherit (each) description;
          }
        ]
        ++ (if each.type ? options then listed "${path}${each.type.step}" each.type.options else [ ])
    ) (attrNames tree);
in
concatMap (file: listed "" (module file)) [
  ./modules/chezmoi-sync.nix
  ./modules/git-management.nix
  ./modules/auto-upgrade.nix
  ./modules/rebuild-smart.nix
  ./modules/golden-generation.nix
  ./modules/programs.nix
]
