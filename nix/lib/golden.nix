# The golden generation's part of a host: configuration file, units, what has to be so. Pure.
{
  # The values of the module's options.
  cfg,
  # Directory of our programs, and where those that ours run are found.
  bin,
  path,
}:
let
  units = import ./units.nix;
  mounts = cfg.loaderMounts;

  # More than a rollback with all its bounds takes; src/build/units.ts adds it up.
  rollbackSeconds = 1000;

  values = {
    inherit bin path rollbackSeconds;
    inherit (cfg) deadlineSeconds emergencySeconds;
    stateDir = "/var/lib/golden-generation";
    loaderMounts = toString mounts;
    # Where it is not mounted, nothing is to be written.
    writableMounts = toString (map (mount: "-${mount}") mounts);
    # Half a minute for what is asked of systemd.
    validateSeconds = cfg.healthWindowSeconds + cfg.settleSeconds + rollbackSeconds + 30;
  };
  names = [
    "golden-boot-check.service"
    "golden-boot-close.service"
    "golden-boot-deadline.service"
    "golden-boot-deadline.timer"
    "golden-boot-validate.service"
    "golden-emergency.service"
  ];
in
{
  json = {
    inherit (cfg)
      autoPin
      bootLoader
      healthWindowSeconds
      loaderMount
      maxFailures
      maxNeutral
      maxRollbackTries
      notifyCommand
      requiredUnits
      settleSeconds
      validationCommands
      ;
    # null is "not set" in a program's configuration: its own default.
    inherit (cfg) rebootCommand;
  };

  units = builtins.listToAttrs (
    map (name: {
      inherit name;
      value = units.render name values;
    }) names
  );

  # For `system.preSwitchChecks`: what is given is the new system and what is to be done with it. The
  # configuration is the new system's own: /etc still has that of the one before.
  preSwitchCheck = ''
    exec ${bin}/golden-mark-pending --config "$1/etc/holdfast/golden.json" "$1" "$2"
  '';

  programs = [
    "golden-boot-check"
    "golden-boot-validate"
    "golden-mark-pending"
    "pin-golden"
    "rollback-to-golden"
    "show-boot-status"
    "show-golden"
  ];
}
