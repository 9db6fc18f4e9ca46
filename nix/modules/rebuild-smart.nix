# myModules.services.rebuild.smart: one command that syncs, rebuilds and commits. What it does with these
# is in nix/lib/config-repo.nix.
{ lib, ... }:
let
  declared = import ./declarations.nix { inherit lib; };
in
{
  options.myModules.services.rebuild.smart = {
    enable = declared.enable "rebuild-smart, one command that syncs, rebuilds and commits";
    autoCommit = declared.bool true "Commit after a successful rebuild.";
    autoPush = declared.bool true ''
      Push what is committed; of a `host-commit` that is typed as well. The timer's commits are
      myModules.system.gitManagement.autoPush's business.
    '';
    updateBeforeRebuild = declared.bool false "Update the flake's inputs before each rebuild.";
    syncDotfiles = declared.bool true "Sync dotfiles before each rebuild.";
    offlineMode = declared.bool false "Leave out everything that needs a network.";
  };
}
