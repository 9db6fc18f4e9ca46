# A laptop: often off, often without a network, rebuilt by hand. Edits that collide wait for a person,
# and nothing reboots while somebody works.
{
  myModules = {
    services = {
      dotfiles.chezmoiSync = {
        enable = true;
        repoUrl = "git@github.com:user/dotfiles.git";
        users = [ "rain" ];
        timer = "hourly";
        onConflict = "park";
      };
      rebuild.smart.enable = true;
    };
    system = {
      gitManagement = {
        enable = true;
        user = "rain";
        autoPush = true;
      };
      # Shut down in a hurry, it has a chance more.
      boot.goldenGeneration = {
        enable = true;
        maxNeutral = 4;
      };
    };
  };
}
