# myModules.system.gitManagement: the host's configuration repository, and what becomes of changes there.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.myModules.system.gitManagement;
  declared = import ./declarations.nix { inherit lib; };
in
{
  options.myModules.system.gitManagement = {
    enable = declared.enable "commits of what changed in the host's configuration repository";

    user = mkOption {
      type = types.nullOr types.str;
      default = if options ? hostSpec then config.hostSpec.primaryUsername else null;
      defaultText = "hostSpec.primaryUsername, where there is one";
      description = "Whose the repository is, and who commits.";
    };

    repoPath = mkOption {
      type = types.nullOr types.str;
      default =
        if config.users.users ? ${toString cfg.user} then
          "${config.users.users.${cfg.user}.home}/nix-config"
        else
          null;
      defaultText = "nix-config in the user's home";
      description = "Path to the git repository; auto-upgrade and rebuild-smart work on the same.";
    };

    autoPush = declared.bool false "Push what `host-commit` commits.";

    branch = mkOption {
      type = types.str;
      default = "dev";
      description = "Branch to work on; another one that is checked out is refused.";
    };

    remote = mkOption {
      type = types.str;
      default = "origin";
      description = "Remote to pull from and push to.";
    };

    commitSchedule = mkOption {
      type = types.str;
      default = "daily";
      description = "When to commit, as in systemd.time(7).";
    };
  };
}
