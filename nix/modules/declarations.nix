# What the modules share: how an option is declared, and how rendered units become NixOS's.
{ lib }:
let
  inherit (lib) mkOption types;
  inherit (import ../lib/units.nix) attributes;

  # systemd.services gets a PATH of its own from NixOS, which the unit's is to replace.
  forced =
    unit:
    unit
    // lib.optionalAttrs (unit ? environment.PATH) {
      environment = unit.environment // {
        PATH = lib.mkForce unit.environment.PATH;
      };
    };
  ofType =
    type: units:
    lib.mapAttrs' (name: text: {
      name = lib.removeSuffix ".${type}" name;
      value = forced (attributes text);
    }) (lib.filterAttrs (name: _: lib.hasSuffix ".${type}" name) units);
in
{
  # Unit texts by file name, as the value of `systemd` or `systemd.user`.
  systemUnits = units: {
    services = ofType "service" units;
    timers = ofType "timer" units;
  };

  enable =
    what:
    mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${what}.";
    };

  bool =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };

  between =
    least: most: default: description:
    mkOption {
      type = types.ints.between least most;
      inherit default description;
    };

  choice =
    words: default: description:
    mkOption {
      type = types.enum words;
      inherit default description;
    };

  optional =
    example: description:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit example description;
    };

  command =
    description:
    mkOption {
      type = types.nullOr (types.nonEmptyListOf types.str);
      default = null;
      example = [
        "program"
        "argument"
      ];
      inherit description;
    };

  # A command line, or one with a bound of its own.
  boundCommand =
    usual:
    types.either (types.nonEmptyListOf types.str) (
      types.submodule {
        options = {
          argv = mkOption {
            type = types.nonEmptyListOf types.str;
            description = "The command line; no shell reads it.";
          };
          timeoutSeconds = mkOption {
            type = types.ints.positive;
            default = usual;
            description = "How long it may take.";
          };
        };
      }
    );
}
