# myModules.system.boot.goldenGeneration: a generation that fails to boot is replaced by a proven one.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.myModules.system.boot.goldenGeneration;
  declared = import ./declarations.nix { inherit lib; };
  inherit (config.boot) loader;

  golden = import ../lib/golden.nix {
    inherit cfg;
    bin = "${config.myModules.holdfast.installed}/bin";
    path = lib.makeBinPath [
      config.nix.package
      config.systemd.package
      pkgs.coreutils
      pkgs.util-linux
    ];
  };
in
{
  imports = [ ./programs.nix ];

  options.myModules.system.boot.goldenGeneration = {
    enable = declared.enable "the golden generation: a system that fails to boot, or boots without its required units, is rolled back by itself";

    requiredUnits = mkOption {
      type = types.listOf types.str;
      default = lib.optional config.services.openssh.enable (
        if config.services.openssh.startWhenNeeded then "sshd.socket" else "sshd.service"
      );
      defaultText = "sshd, where it is enabled";
      example = [
        "sshd.service"
        "tailscaled.service"
      ];
      description = "Units that have to be active, and stay so, for a boot to be healthy.";
    };

    validationCommands = mkOption {
      type = types.listOf (declared.boundCommand 30);
      default = [ ];
      example = [
        [
          "curl"
          "--fail"
          "http://localhost/"
        ]
      ];
      description = "Command lines that have to succeed for a boot to be healthy; no shell reads them.";
    };

    maxFailures = declared.between 1 10 2 "Failed boots until golden is installed again.";
    maxNeutral = declared.between 0 10 2 "Clean shutdowns before the validation that do not count.";
    maxRollbackTries =
      declared.between 1 10 2
        "Boots that begin a rollback before the host stays up as it is.";

    autoPin = declared.bool true "Make a generation golden when it passes its trial.";

    healthWindowSeconds =
      declared.between 1 86400 120
        "How long units may take to become active, and validation commands to succeed.";
    settleSeconds =
      declared.between 1 86400 10
        "How long required units have to stay active without a restart.";
    deadlineSeconds =
      declared.between 60 86400 600
        "From the start of a boot until it counts as failed.";
    emergencySeconds =
      declared.between 1 86400 300
        "For a person at the console, before a boot that ended in emergency mode is judged.";

    bootLoader = mkOption {
      type = types.nullOr (
        types.enum [
          "systemd-boot"
          "grub"
          "extlinux"
          "raspberry-pi"
          "none"
        ]
      );
      default =
        if loader.systemd-boot.enable then
          "systemd-boot"
        else if loader.grub.enable then
          "grub"
        else if loader.generic-extlinux-compatible.enable then
          "extlinux"
        else
          null;
      defaultText = "the one that is enabled";
      description = "The boot loader whose default is verified after a rollback.";
    };

    loaderMount = mkOption {
      type = types.str;
      default = if loader.systemd-boot.enable then loader.efi.efiSysMountPoint else "/boot";
      defaultText = "boot.loader.efi.efiSysMountPoint with systemd-boot, else /boot";
      description = "Where the boot loader's configuration is.";
    };

    loaderMounts = mkOption {
      type = types.listOf types.str;
      default = lib.unique (
        [ cfg.loaderMount ]
        ++ lib.optional (
          loader.systemd-boot.enable && loader.systemd-boot.xbootldrMountPoint != null
        ) loader.systemd-boot.xbootldrMountPoint
        ++ lib.optionals loader.grub.enable (
          lib.concatMap (
            boot: [ boot.path ] ++ lib.optional (boot.efiSysMountPoint != null) boot.efiSysMountPoint
          ) loader.grub.mirroredBoots
        )
      );
      defaultText = "loaderMount, and what systemd-boot and GRUB are configured with";
      description = "Every mount point that the boot loader's files are on: a rollback writes there.";
    };

    rebootCommand = declared.command "What reboots the host; systemd is asked when it is null.";
    notifyCommand = declared.command "Gets JSON on standard input when something happened.";
  };

  config = lib.mkIf cfg.enable {
    assertions = (import ../lib/assertions.nix).golden {
      inherit cfg;
      inherit (config.boot) kernelParams;
      # Not every NixOS has it.
      bootCounting =
        loader.systemd-boot.bootCounting or {
          enable = false;
          tries = 0;
        };
      inherit (loader) grub;
      fileSystems = lib.mapAttrs (_: each: each.fsType) config.fileSystems;
      systemdVersion = config.systemd.package.version;
    };
    myModules.holdfast.programs = golden.programs;
    environment.etc."holdfast/golden.json".text = builtins.toJSON golden.json;
    systemd = declared.systemUnits golden.units;
    system.preSwitchChecks.golden-generation = golden.preSwitchCheck;
  };
}
