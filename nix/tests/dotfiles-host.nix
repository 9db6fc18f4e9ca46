# A host with one person, whose dotfiles come from the machine `remote`.
{
  users.users.rain = {
    isNormalUser = true;
    home = "/home/rain";
  };
  myModules.services.dotfiles.chezmoiSync = {
    enable = true;
    repoUrl = "git://remote/dotfiles.git";
    users = [ "rain" ];
  };
  programs.git = {
    enable = true;
    config = {
      user = {
        name = "Rain";
        email = "rain@example.org";
      };
      init.defaultBranch = "main";
    };
  };
}
