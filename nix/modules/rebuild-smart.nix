# myModules.services.rebuild.smart: one command that syncs, rebuilds and commits. What it does with these
# is in nix/lib/config-repo.nix.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  declared = import ./declarations.nix { inherit lib; };

  commands =
    description:
    mkOption {
      type = types.listOf (declared.boundCommand 600);
      default = [ ];
      example = [
        [
          "notify-send"
          "rebuilt"
        ]
      ];
      inherit description;
    };
in
{
  options.myModules.services.rebuild.smart = {
    enable = declared.enable "rebuild-smart, one command that syncs, rebuilds and commits";
    autoCommit = declared.bool true "Commit after a successful rebuild.";
    autoPush = declared.bool true "Push what it commits; what `host-commit` does is gitManagement's business.";
    updateBeforeRebuild = declared.bool false "Update the flake's inputs before each rebuild.";
    syncDotfiles = declared.bool true "Sync dotfiles before each rebuild.";
    offlineMode = declared.bool false "Leave out everything that needs a network.";
    tagBuilds = declared.bool false "Tag the commit of each new system that is live and well.";
    staleDays = declared.between 1 3650 7 "Inputs of the flake older than so many days are told of.";

    secretsRepo = declared.optional "/home/rain/nix-secrets" "A checkout of the secrets' repository to bring up to date; nix-secrets beside the configuration repository when null.";

    secretsInput = mkOption {
      type = types.str;
      default = "nix-secrets";
      description = "The input of the flake that holds the secrets.";
    };

    hooks = {
      pre = commands "Run before anything else; one that fails is told of, and no more.";
      post = commands "Run after the end.";
    };
  };

  config = lib.mkIf config.myModules.services.rebuild.smart.enable {
    assertions = (import ../lib/assertions.nix).rebuild {
      fileSystems = lib.mapAttrs (_: each: each.fsType) config.fileSystems;
    };
  };
}
