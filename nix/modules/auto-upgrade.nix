# myModules.services.autoUpgrade: the host follows its configuration repository, and goes back by itself.
{
  config,
  lib,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.myModules.services.autoUpgrade;
  declared = import ./declarations.nix { inherit lib; };

  commands =
    description:
    mkOption {
      type = types.listOf (declared.boundCommand 600);
      default = [ ];
      example = [
        {
          argv = [
            "/etc/checks/free-disk"
            "{toplevel}"
          ];
          timeoutSeconds = 60;
        }
      ];
      inherit description;
    };
in
{
  imports = [
    (lib.mkAliasOptionModule
      [
        "myModules"
        "common"
        "autoUpgrade"
      ]
      [
        "myModules"
        "services"
        "autoUpgrade"
      ]
    )
  ];

  options.myModules.services.autoUpgrade = {
    enable = declared.enable "upgrades from the configuration repository (myModules.system.gitManagement says which)";

    mode = declared.choice [
      "local"
      "remote"
    ] "local" "Build what is in the repository on this host, or `flake`.";

    flake = declared.optional "git+ssh://git@example.org/nix-config" "With mode \"remote\": the flake that describes the host.";

    configuration = declared.optional "server" "The host's name in the flake's nixosConfigurations; the host name when null.";

    schedule = mkOption {
      type = types.str;
      default = "04:00";
      description = "When to upgrade, as in systemd.time(7).";
    };

    randomizedDelaySeconds =
      declared.between 0 86400 300
        "At most how much later, so that not all hosts begin at the same second.";

    preUpdateHooks = commands "Run before anything else; one that fails is told of, and no more.";

    updateInputs = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "nix-secrets" ];
      description = "Inputs of the flake that are updated before the build.";
    };

    buildBeforeSwitch = declared.bool true "Always so: what goes live is built before, and checked. To turn it off is refused.";
    buildCommand = declared.command "Builds the system and leaves a link to it at {outLink}; nh or nix build when null.";
    buildTimeoutSeconds =
      declared.between 1 86400 14400
        "How long a build may take, with its evaluation.";

    validationChecks = commands "Have to succeed before what was built goes live; {toplevel} stands for it.";

    onValidationFailure =
      declared.choice
        [
          "rollback"
          "notify"
          "ignore"
        ]
        "rollback"
        "What becomes of a system that fails its checks or whose units fail. An activation that fails is always undone.";

    conflictStrategy = declared.choice [
      "prefer-remote"
      "prefer-local"
      "abort"
    ] "abort" "Whose lines win where this host and the remote changed the same ones; abort: nobody's.";

    activateTimeoutSeconds = declared.between 1 86400 1800 "How long the activation may take.";
    healthWindowSeconds =
      declared.between 1 86400 60
        "How long units are watched after the activation.";

    hostCanCommitConfig = declared.bool false "Commit and push what this host changed, once it is healthy.";

    rebootPolicy = declared.choice [
      "never"
      "when-needed"
    ] "never" "Whether to reboot when kernel, initrd or modules of the new system need it.";

    rebootWindow = declared.optional "02:00-05:00" "Local time in which a reboot is allowed; always when null.";

    notifyCommand = declared.command "Is given news as JSON on standard input, when the state of the host changes.";

    notify = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            kind = declared.choice [
              "ntfy"
              "webhook"
              "matrix"
              "mail"
            ] "ntfy" "By what.";
            to = mkOption {
              type = types.str;
              description = "URL of the topic, hook or room, or an address.";
            };
            headerFile = declared.optional "/run/secrets/ntfy" "A file with HTTP headers, as `Authorization: Bearer …`.";
          };
        }
      );
      default = [ ];
      apply = map (lib.filterAttrs (_: value: value != null));
      description = "Whom to tell the same.";
    };

    metrics = declared.optional "/var/lib/prometheus-node-exporter/holdfast.prom" "Write metrics for Prometheus's textfile collector into this file.";
  };

  config = lib.mkIf cfg.enable {
    assertions = (import ../lib/assertions.nix).upgrade {
      inherit cfg;
      fileSystems = lib.mapAttrs (_: each: each.fsType) config.fileSystems;
      nixosUpgrades = config.system.autoUpgrade.enable;
    };
  };
}
