# A host that upgrades from a repository of its own. What is built is prepared: the build links the
# system that the repository's file `next` names, since no test machine can evaluate nixpkgs.
{ lib, pkgs, ... }:
{
  users.users.rain = {
    isNormalUser = true;
    home = "/home/rain";
  };
  programs.git = {
    enable = true;
    config = {
      user = {
        name = "Rain";
        email = "rain@example.org";
      };
      init.defaultBranch = "dev";
    };
  };
  nix.settings.substituters = lib.mkForce [ ];
  myModules = {
    system.gitManagement.user = "rain";
    services.autoUpgrade = {
      enable = true;
      healthWindowSeconds = 10;
      buildCommand = [
        "${pkgs.writeShellScript "prepared" ''exec ln -sfn "$(cat /home/rain/nix-config/next)" "$1"''}"
        "{outLink}"
      ];
    };
  };
}
