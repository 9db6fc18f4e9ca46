# Which programs a host gets, and from which package: what its features ask for, and no other.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.myModules.holdfast;
in
{
  options.myModules.holdfast = {
    package = mkOption {
      type = types.package;
      default = pkgs.callPackage ../package.nix { };
      defaultText = "all programs in one binary, built from this source";
      description = ''
        What has the programs. One binary of all is the smallest, since every program carries a
        runtime of 85 MB.
      '';
    };

    programs = mkOption {
      type = types.listOf types.str;
      default = [ ];
      internal = true;
      description = "Programs that this host gets; each feature adds its own.";
    };

    installed = mkOption {
      type = types.package;
      internal = true;
      readOnly = true;
      description = "Links to those programs, with their manual pages and completions.";
      # A host without golden generation must not have a `golden-mark-pending` that an upgrade finds.
      default = pkgs.runCommand "holdfast-programs" { } ''
        mkdir -p "$out/bin" "$out/share/man/man1"
        # One look at all of them is worth having beside any of them, and the program it names.
        for name in ${toString (lib.unique (cfg.programs ++ [ "check-sops" "host-status" ]))}; do
          if [[ ! -e ${cfg.package}/bin/$name ]]; then
            echo "error: ${cfg.package} has no program $name"
            exit 1
          fi
          ln -s "${cfg.package}/bin/$name" "$out/bin/$name"
          ln -s ${cfg.package}/share/man/man1/"$name".1* "$out/share/man/man1/"
          for completion in bash-completion/completions/"$name" zsh/site-functions/_"$name" \
            fish/vendor_completions.d/"$name.fish"; do
            mkdir -p "$(dirname "$out/share/$completion")"
            ln -s "${cfg.package}/share/$completion" "$out/share/$completion"
          done
        done
      '';
    };
  };

  config = lib.mkIf (cfg.programs != [ ]) {
    environment.systemPackages = [ cfg.installed ];
  };
}
