# A machine with the repositories that hosts share, and what anybody may push to.
{ pkgs, ... }:
{
  services.gitDaemon = {
    enable = true;
    basePath = "/srv/git";
    exportAll = true;
    options = "--enable=receive-pack";
  };
  networking.firewall.allowedTCPPorts = [ 9418 ];
  environment.systemPackages = [ pkgs.git ];
  systemd.tmpfiles.rules = [ "d /srv/git 0755 git git -" ];
}
