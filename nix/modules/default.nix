# All modules; a host enables what it wants.
{
  imports = [
    ./config-repo.nix
    ./golden-generation.nix
  ];
}
