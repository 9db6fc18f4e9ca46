# A workstation, where the configuration is worked on: it pushes, and its own lines win.
{
  myModules = {
    services = {
      dotfiles.chezmoiSync = {
        enable = true;
        repoUrl = "git@github.com:user/dotfiles.git";
        users = [ "rain" ];
        timer = "hourly";
      };
      autoUpgrade = {
        enable = true;
        conflictStrategy = "prefer-local";
        hostCanCommitConfig = true;
      };
      rebuild.smart.enable = true;
    };
    system = {
      gitManagement = {
        enable = true;
        user = "rain";
        autoPush = true;
        commitSchedule = "daily";
      };
      boot.goldenGeneration.enable = true;
    };
  };
}
