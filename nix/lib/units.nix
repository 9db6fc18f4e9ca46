# Units out of the texts in nix/units: the very texts that are booted in tests/vm, not copies of them.
# Pure: no nixpkgs, so that a test can ask plain Nix.
let
  inherit (builtins)
    concatLists
    concatStringsSep
    elemAt
    filter
    head
    isString
    match
    readFile
    split
    ;

  linesOf = text: filter isString (split "\n" text);

  # Each @placeholder@ replaced. A line that only a placeholder made empty is left out.
  filledLine =
    name: values: line:
    let
      pieces = split "@([a-zA-Z]+)@" line;
      filled = concatStringsSep "" (
        map (
          piece:
          if isString piece then
            piece
          else
            toString (values.${head piece} or (throw "nix/units/${name}: nothing is known for @${head piece}@"))
        ) pieces
      );
      isFilled = builtins.length pieces > 1;
      trimmed = head (match "(.*[^ ]|) *" filled);
    in
    if isFilled && match "[A-Za-z]+= *" filled != null then
      [ ]
    else
      [ (if isFilled then trimmed else filled) ];

  render =
    name: values:
    concatStringsSep "\n" (
      concatLists (map (filledLine name values) (linesOf (readFile (../units + "/${name}"))))
    );

  # The assignments of a text in order: section, key, value.
  assignments =
    text:
    (builtins.foldl'
      (
        { section, found }:
        line:
        let
          header = match "\\[([A-Za-z]+)]" line;
          assignment = match "([A-Za-z-]+)=(.*)" line;
        in
        if header != null then
          {
            section = head header;
            inherit found;
          }
        else if line == "" || match "[#;].*" line != null then
          { inherit section found; }
        else if assignment == null then
          throw "this is no line of a unit: ${line}"
        else
          {
            inherit section;
            found = found ++ [
              {
                inherit section;
                key = head assignment;
                value = elemAt assignment 1;
              }
            ];
          }
      )
      {
        section = "";
        found = [ ];
      }
      (linesOf text)
    ).found;

  words = text: filter (word: isString word && word != "") (split " +" text);

  # What NixOS has options of its own for: lists that a host may add to.
  lists = {
    After = "after";
    Before = "before";
    Conflicts = "conflicts";
    OnFailure = "onFailure";
    Requires = "requires";
    Wants = "wants";
    Documentation = "documentation";
    WantedBy = "wantedBy";
    RequiredBy = "requiredBy";
  };
  # The keys of a service that NixOS's switch looks for, and the options that set them.
  switches = {
    X-RestartIfChanged = "restartIfChanged";
    X-StopIfChanged = "stopIfChanged";
  };

  # A unit's text as the value of `systemd.services.NAME` or `systemd.timers.NAME`.
  attributes =
    text:
    let
      all = assignments text;
      inSection = section: filter (each: each.section == section) all;
      keysOf = list: builtins.attrNames (builtins.groupBy (each: each.key) list);
      valuesOf = key: list: map (each: each.value) (filter (each: each.key == key) list);
      one = key: list: head (valuesOf key list);
      listed = filter (each: lists ? ${each.key} && each.section != "Service") all;
      # Once set it is one value, else they all are.
      section =
        name: left:
        let
          rest = filter (each: !(left ? ${each.key})) (inSection name);
        in
        builtins.listToAttrs (
          map (key: {
            name = key;
            value =
              let
                values = valuesOf key rest;
              in
              if builtins.length values == 1 then head values else values;
          }) (keysOf rest)
        );
      environment = builtins.listToAttrs (
        map
          (
            setting:
            let
              parts = match "([A-Z_]+)=(.*)" setting;
            in
            {
              name = head parts;
              value = elemAt parts 1;
            }
          )
          (
            concatLists (
              map (each: words each.value) (filter (each: each.key == "Environment") (inSection "Service"))
            )
          )
      );
      kinds = filter (kind: inSection kind != [ ]) [
        "Service"
        "Timer"
      ];
      kind = head kinds;
      switched = filter (each: switches ? ${each.key}) (inSection "Service");
    in
    {
      description = one "Description" (inSection "Unit");
      unitConfig = section "Unit" (lists // { Description = null; });
    }
    // builtins.listToAttrs (
      map (key: {
        name = lists.${key};
        value = concatLists (map words (valuesOf key listed));
      }) (keysOf listed)
    )
    // (
      if kind == "Timer" then
        { timerConfig = section "Timer" { }; }
      else
        {
          serviceConfig = section "Service" (switches // { Environment = null; });
          inherit environment;
        }
        // builtins.listToAttrs (
          map (each: {
            name = switches.${each.key};
            value = each.value == "true";
          }) switched
        )
    );
in
{
  inherit render attributes;
}
