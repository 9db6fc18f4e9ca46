# What git-management, auto-upgrade and rebuild-smart have in common: one repository, one configuration
# file, one lock.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  declared = import ./declarations.nix { inherit lib; };
  git = config.myModules.system.gitManagement;
  upgrade = config.myModules.services.autoUpgrade;
  smart = config.myModules.services.rebuild.smart;
  dotfiles = config.myModules.services.dotfiles.chezmoiSync;
  needed = git.enable || upgrade.enable || smart.enable;

  repository = import ../lib/config-repo.nix {
    inherit git upgrade smart;
    dotfilesUsers = lib.optionals dotfiles.enable (lib.attrNames dotfiles.users);
    # Where the user is missing, an assertion tells, which NixOS reads together with the units.
    home = if git.user == null then "" else config.users.users.${git.user}.home or "";
    bin = "${config.myModules.holdfast.installed}/bin";
    path = lib.makeBinPath [
      pkgs.git
      pkgs.jujutsu
      pkgs.openssh
      config.nix.package
      config.systemd.package
      pkgs.coreutils
      pkgs.util-linux
    ];
  };
in
{
  imports = [
    ./auto-upgrade.nix
    ./chezmoi-sync.nix
    ./git-management.nix
    ./programs.nix
    ./rebuild-smart.nix
  ];

  config = lib.mkIf needed {
    assertions = (import ../lib/assertions.nix).configRepo {
      inherit git needed;
      users = lib.attrNames config.users.users;
    };
    myModules.holdfast.programs = repository.programs;
    environment.etc."holdfast/config-repo.json".text = builtins.toJSON repository.json;
    # For who becomes root on the way: sudo knows nothing of a wrapper's PATH.
    environment.systemPackages = [
      pkgs.git
      pkgs.jujutsu
    ];
    systemd = declared.systemUnits repository.units;
  };
}
