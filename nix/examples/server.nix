# A server: commits what was changed on it, and leaves the push to a person who looked at it first. On
# a collision the remote's lines win.
{
  myModules = {
    services.dotfiles.chezmoiSync = {
      enable = true;
      repoUrl = "git@github.com:user/dotfiles.git";
      users = [ "rain" ];
    };
    system.gitManagement = {
      enable = true;
      user = "rain";
      autoPush = false;
      commitSchedule = "weekly";
    };
    services.autoUpgrade = {
      enable = true;
      conflictStrategy = "prefer-remote";
      rebootPolicy = "when-needed";
      rebootWindow = "03:00-05:00";
    };
    system.boot.goldenGeneration = {
      enable = true;
      requiredUnits = [
        "sshd.service"
        "tailscaled.service"
      ];
    };
  };
}
