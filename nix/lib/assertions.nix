# What cannot work, told when the configuration is built instead of by a host that does not boot. Each
# message says what to do. Pure: the facts are values of the host's configuration.
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    filter
    foldl'
    head
    match
    stringLength
    substring
    ;

  # No state survives a boot there, whatever is mounted on it.
  volatile = [
    "overlay"
    "ramfs"
    "tmpfs"
  ];

  isBelow =
    mount: path:
    mount == "/" || path == mount || substring 0 (stringLength mount + 1) path == "${mount}/";

  # The file system that a directory lies on, of those the configuration knows.
  mountOf =
    fileSystems: path:
    foldl' (
      best: mount:
      if isBelow mount path && (best == null || stringLength mount > stringLength best) then
        mount
      else
        best
    ) null (attrNames fileSystems);

  persistent =
    who: directory: fileSystems:
    let
      mount = mountOf fileSystems directory;
    in
    {
      assertion = mount == null || !(elem fileSystems.${mount} volatile);
      message =
        "${who}: ${directory} is on ${mount}, a ${fileSystems.${mount}}, and forgotten at each boot. "
        + "Keep it on a disk: fileSystems.\"${directory}\", or environment.persistence with \"${directory}\".";
    };

  panics = params: filter (param: match "panic=-?[1-9][0-9]*" param != null) params;
in
{
  golden =
    {
      # The module's values, and of the host: mount point to type, and what it is called.
      cfg,
      kernelParams,
      bootCounting,
      fileSystems,
      systemdVersion,
      grub,
    }:
    let
      who = "myModules.system.boot.goldenGeneration";
      tries = cfg.maxFailures + cfg.maxNeutral + 1;
    in
    [
      (persistent who "/var/lib/golden-generation" fileSystems)
      {
        assertion = bootCounting.enable || panics kernelParams == [ ];
        message =
          "${who}: with ${toString (panics kernelParams)} a kernel that panics before the check is booted for ever. "
          + "Turn on boot.loader.systemd-boot.bootCounting.enable, or take that out of boot.kernelParams.";
      }
      {
        assertion = !bootCounting.enable || bootCounting.tries >= tries;
        message =
          "${who}: the boot loader gives up after ${toString bootCounting.tries} tries, before golden is due. "
          + "Set boot.loader.systemd-boot.bootCounting.tries = ${toString tries} or more.";
      }
      {
        assertion = builtins.compareVersions systemdVersion "257" >= 0;
        message =
          "${who}: its units need systemd 257 or later, and this is ${systemdVersion}. "
          + "Use NixOS 25.05 or later.";
      }
      {
        assertion = !(grub.enable && grub.default == "saved");
        message =
          "${who}: what GRUB starts next cannot be told when it is what was saved last. "
          + "Set boot.loader.grub.default = 0.";
      }
      {
        assertion = cfg.bootLoader != null;
        message =
          "${who}: no boot loader is enabled whose default can be verified. "
          + "Set ${who}.bootLoader, to \"none\" where there is none.";
      }
    ];

  dotfiles =
    { cfg, users }:
    let
      who = "myModules.services.dotfiles.chezmoiSync";
      names = attrNames cfg.users;
      unknown = filter (name: !(elem name users)) names;
      without = filter (name: cfg.users.${name}.repoUrl == null) names;
    in
    [
      {
        assertion = names != [ ];
        message = "${who}: nobody's dotfiles are to be synced. Set ${who}.users = [ \"NAME\" ].";
      }
      {
        assertion = cfg.repoUrl != null || without == [ ];
        message =
          "${who}: from where to sync is not said for ${concatStringsSep ", " without}. "
          + "Set ${who}.repoUrl = \"git@HOST:PERSON/dotfiles.git\".";
      }
      {
        assertion = unknown == [ ];
        message =
          "${who}: there is no user ${concatStringsSep ", " unknown}. "
          + "Set users.users.${if unknown == [ ] then "NAME" else head unknown}, or mend ${who}.users.";
      }
      {
        assertion = names == [ ] || elem cfg.primaryUser names;
        message = "${who}: primaryUser is none of users. Add it to ${who}.users.";
      }
    ];

  secrets =
    { cfg, hasSops }:
    [
      {
        assertion = cfg.secrets == { } || hasSops;
        message =
          "myModules.services.dotfiles.chezmoiSync: secrets are sops-nix's to decrypt, and it is not there. "
          + "Add inputs.sops-nix.nixosModules.sops to the host's modules.";
      }
    ];

  configRepo =
    { git, needed, users }:
    let
      who = "myModules.system.gitManagement";
    in
    [
      {
        assertion = !needed || (git.user != null && elem git.user users);
        message =
          "${who}: whose the configuration repository is, is not said, or there is no such user. "
          + "Set ${who}.user = \"NAME\".";
      }
      {
        assertion = !needed || git.repoPath != null;
        message =
          "${who}: where the configuration repository is, is not said. "
          + "Set ${who}.repoPath = \"/home/NAME/nix-config\".";
      }
    ];

  rebuild =
    { fileSystems }:
    [ (persistent "myModules.services.rebuild.smart" "/var/lib/holdfast" fileSystems) ];

  upgrade =
    {
      cfg,
      fileSystems,
      nixosUpgrades,
    }:
    let
      who = "myModules.services.autoUpgrade";
    in
    [
      (persistent who "/var/lib/holdfast" fileSystems)
      {
        assertion = cfg.mode == "local" || cfg.flake != null;
        message =
          "${who}: mode \"remote\" builds a flake that lies elsewhere. "
          + "Set ${who}.flake = \"git+ssh://HOST/nix-config\", or mode = \"local\".";
      }
      {
        assertion = cfg.mode == "remote" || cfg.flake == null;
        message =
          "${who}: mode \"local\" builds what is in the repository, and flake names another one. "
          + "Set ${who}.mode = \"remote\", or take flake out.";
      }
      {
        assertion = cfg.buildBeforeSwitch;
        message =
          "${who}: what goes live is always built before, and that very path is checked and switched to. "
          + "Take buildBeforeSwitch = false out.";
      }
      {
        assertion = !nixosUpgrades;
        message =
          "${who}: NixOS's own system.autoUpgrade would switch as well, without checks. "
          + "Set system.autoUpgrade.enable = false.";
      }
      {
        assertion = cfg.rebootPolicy != "never" || cfg.rebootWindow == null;
        message =
          "${who}: a rebootWindow is set, and no reboot is allowed. "
          + "Set ${who}.rebootPolicy = \"when-needed\", or take rebootWindow out.";
      }
    ];
}
