# The part of a host that lives by its configuration repository: one configuration file for all its
# programs, and the units. Pure.
{
  # The values of the modules' options: git-management, auto-upgrade, rebuild-smart.
  git,
  upgrade,
  smart,
  # Whose dotfiles rebuild-smart syncs.
  dotfilesUsers,
  bin,
  path,
  home,
}:
let
  units = import ./units.nix;

  values = {
    inherit bin path;
    user = toString git.user;
    repo = toString git.repoPath;
    writable = "${home} -${toString git.repoPath}";
  };
  rendered =
    names: more:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = units.render name (values // more);
      }) names
    );
  when = condition: given: if condition then given else { };

  # THE ONE PLACE for the keys that only `rebuild-smart` reads.
  smartKeys = {
    inherit (smart)
      hooks
      offlineMode
      secretsInput
      secretsRepo
      staleDays
      syncDotfiles
      tagBuilds
      updateBeforeRebuild
      ;
    commitAfterRebuild = smart.autoCommit;
    pushAfterRebuild = smart.autoPush;
    inherit dotfilesUsers;
  };
in
{
  json = {
    repo = git.repoPath;
    inherit (git) autoPush branch remote;
    inherit (upgrade)
      activateTimeoutSeconds
      buildCommand
      buildTimeoutSeconds
      configuration
      conflictStrategy
      healthWindowSeconds
      hostCanCommitConfig
      metrics
      notify
      notifyCommand
      onValidationFailure
      preUpdateHooks
      rebootPolicy
      rebootWindow
      updateInputs
      validationChecks
      ;
    flake = if upgrade.mode == "remote" then upgrade.flake else null;
  }
  // smartKeys;

  units =
    when git.enable (
      rendered [ "host-auto-commit.service" "host-auto-commit.timer" ] { schedule = git.commitSchedule; }
    )
    // when upgrade.enable (
      rendered [ "auto-upgrade.service" "auto-upgrade.timer" ] {
        inherit (upgrade) randomizedDelaySeconds schedule;
      }
    );

  programs =
    (if git.enable then [ "host-commit" ] else [ ])
    ++ (if upgrade.enable then [ "auto-upgrade" ] else [ ])
    ++ (
      if smart.enable then
        [
          "check-sops"
          "rebuild-smart"
        ]
      else
        [ ]
    )
    # Both write what this one reads.
    ++ (if upgrade.enable || smart.enable then [ "upgrade-status" ] else [ ]);
}
