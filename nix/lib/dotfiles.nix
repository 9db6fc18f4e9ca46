# The dotfiles' part of a host: configuration file, units of the system and of its users. Pure.
{
  cfg,
  bin,
  path,
  # The home directory of each user.
  homes,
}:
let
  units = import ./units.nix;
  stateDir = "/var/lib/chezmoi-sync";

  names = builtins.attrNames cfg.users;
  others = builtins.filter (user: user != cfg.primaryUser) names;
  isPrimary = user: user == cfg.primaryUser;
  # The first user's units have the plain names; a second user's have the user's name behind.
  unitOf = name: user: if isPrimary user then name else "${name}-${user}";

  # A remote on this machine, as on a mounted disk, is written to by the push.
  localPart =
    url:
    let
      found = builtins.match "(file://)?(/[^ ]*)" (if url == null then "" else url);
    in
    if found == null then "" else " -${builtins.elemAt found 1}";
  urlOf = user: if cfg.users.${user}.repoUrl == null then cfg.repoUrl else cfg.users.${user}.repoUrl;

  valuesFor = name: user: {
    inherit bin path user;
    arguments = if cfg.users.${user}.repoUrl == null then "" else "--repo-url ${builtins.replaceStrings [ "%" ] [ "%%" ] cfg.users.${user}.repoUrl}";
    others = if isPrimary user then toString (map (other: "${unitOf name other}.service") others) else "";
    writable =
      homes.${user} + (if isPrimary user then " -${stateDir}" else "") + localPart (urlOf user);
    schedule = if cfg.timer == null then "" else cfg.timer;
  };

  unitsFor =
    type: name:
    map (user: {
      name = "${unitOf name user}.${type}";
      value = units.render "${name}.${type}" (valuesFor name user);
    }) names;
in
{
  json = {
    inherit (cfg)
      autoCommit
      autoPush
      branch
      onConflict
      remote
      repoUrl
      secretGate
      ;
    timeout = cfg.timeoutSeconds;
  };

  units = builtins.listToAttrs (
    unitsFor "service" "chezmoi-sync-manual"
    ++ (if cfg.syncBeforeUpdate then unitsFor "service" "chezmoi-pre-update" else [ ])
  );

  userUnits = builtins.listToAttrs (
    if cfg.timer == null then
      [ ]
    else
      unitsFor "service" "chezmoi-sync" ++ unitsFor "timer" "chezmoi-sync"
  );

  # Whose it is decides whose sync writes there; the others' state is below their own home.
  tmpfiles = [ "d ${stateDir} 0700 ${cfg.primaryUser} - - -" ];

  programs = [
    "chezmoi-resolve"
    "chezmoi-show-conflicts"
    "chezmoi-status"
    "chezmoi-sync"
    "dotfiles-audit"
  ];
}
