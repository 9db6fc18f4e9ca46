# myModules.services.dotfiles.chezmoiSync: one person's dotfiles, or several persons', over many hosts.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.myModules.services.dotfiles.chezmoiSync;
  declared = import ./declarations.nix { inherit lib; };
  assertions = import ../lib/assertions.nix;
  # Where a host's own specification names its first user, nobody has to be named again.
  specified = lib.optional (options ? hostSpec) config.hostSpec.primaryUsername;
  hasSops = options ? sops;

  user = types.submodule {
    options.repoUrl = declared.optional "git@github.com:ada/dotfiles.git" "This user's repository, where it is not that of all.";
  };

  dotfiles = import ../lib/dotfiles.nix {
    inherit cfg;
    # Who is no user is told of by an assertion, which NixOS reads together with the units.
    homes = lib.mapAttrs (name: _: config.users.users.${name}.home or "/home/${name}") cfg.users;
    bin = "${config.myModules.holdfast.installed}/bin";
    path = lib.makeBinPath [
      pkgs.chezmoi
      pkgs.git
      pkgs.jujutsu
      pkgs.openssh
      pkgs.age
      pkgs.coreutils
    ];
  };
in
{
  imports = [ ./programs.nix ];

  options.myModules.services.dotfiles.chezmoiSync = {
    enable = declared.enable "the sync of chezmoi's dotfiles";

    repoUrl = declared.optional "git@github.com:user/dotfiles.git" "Git URL of the dotfiles: what is cloned where a user has no source yet.";

    users = mkOption {
      type = types.coercedTo (types.listOf types.str) (names: lib.genAttrs names (_: { })) (
        types.attrsOf user
      );
      default = specified;
      defaultText = "hostSpec.primaryUsername, where there is one";
      example = [ "rain" ];
      description = "Whose dotfiles are synced: a list of names, or an attribute set with options of each.";
    };

    primaryUser = mkOption {
      type = types.str;
      default = lib.head (
        lib.filter (name: cfg.users ? ${name}) specified ++ lib.attrNames cfg.users ++ [ "" ]
      );
      defaultText = "hostSpec.primaryUsername, else the first of users";
      description = ''
        Whose units have the plain names, and whose state is in /var/lib/chezmoi-sync. Another user's
        units have the user's name behind, and the state is in ~/.local/state/chezmoi-sync.
      '';
    };

    syncBeforeUpdate = declared.bool true "Sync before each run of auto-upgrade, in `chezmoi-pre-update.service`.";
    autoCommit = declared.bool true "Capture and commit edits made on this host.";
    autoPush = declared.bool true "Push what is committed.";

    timer = declared.optional "hourly" "When each user's own service manager syncs besides, as in systemd.time(7); not at all when null.";

    onConflict = declared.choice [
      "park"
      "prefer-local"
      "prefer-remote"
    ] "park" "What to do with edits that collide: park them for chezmoi-resolve, or decide at once.";

    secretGate = declared.choice [
      "warn"
      "refuse"
      "off"
    ] "warn" "What to do when a push would make a secret known: say so, push nothing, or do not look.";

    branch = declared.optional "main" "Branch that all hosts share; the remote's default branch when null.";

    remote = mkOption {
      type = types.str;
      default = "origin";
      description = "Remote to sync with.";
    };

    timeoutSeconds = declared.between 1 86400 60 "Bound on each operation that talks to the remote.";

    secrets = mkOption {
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = {
              sopsFile = mkOption {
                type = types.nullOr types.path;
                default = null;
                description = "The encrypted file; sops.defaultSopsFile when null.";
              };
              owner = mkOption {
                type = types.str;
                default = cfg.primaryUser;
                defaultText = "primaryUser";
                description = "Who may read it.";
              };
              path = mkOption {
                type = types.str;
                default = "/run/secrets/${name}";
                defaultText = "/run/secrets/NAME";
                description = "Where a template of chezmoi's includes it from.";
              };
              mode = mkOption {
                type = types.str;
                default = "0400";
                description = "Its permissions.";
              };
            };
          }
        )
      );
      default = { };
      example = {
        acoustid_api.sopsFile = "/nix-secrets/sops/shared.yaml";
      };
      description = ''
        Secrets that dotfiles include, by name: `{{ include "/run/secrets/NAME" | trim }}`. sops-nix
        decrypts them from the key `dotfiles/NAME`.
      '';
    };
  };

  config = lib.mkIf cfg.enable (
    {
      assertions =
        assertions.dotfiles {
          inherit cfg;
          users = lib.attrNames config.users.users;
        }
        ++ assertions.secrets { inherit cfg hasSops; };
      myModules.holdfast.programs = dotfiles.programs;
      environment.etc."holdfast/dotfiles.json".text = builtins.toJSON dotfiles.json;
      environment.systemPackages = [
        pkgs.chezmoi
        pkgs.jujutsu
      ];
      systemd = declared.systemUnits dotfiles.units // {
        user = declared.systemUnits dotfiles.userUnits;
        tmpfiles.rules = dotfiles.tmpfiles;
      };
    }
    // lib.optionalAttrs hasSops {
      sops.secrets = lib.mapAttrs' (name: secret: {
        name = "dotfiles/${name}";
        value = {
          inherit (secret) owner path mode;
        }
        // lib.optionalAttrs (secret.sopsFile != null) { inherit (secret) sopsFile; };
      }) cfg.secrets;
    }
  );
}
