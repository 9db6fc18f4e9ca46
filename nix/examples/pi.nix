# A Raspberry Pi with a small card: few generations, a slow boot, no screen to help it at.
{
  boot.loader = {
    grub.enable = false;
    generic-extlinux-compatible = {
      enable = true;
      configurationLimit = 3;
    };
  };

  myModules = {
    services.autoUpgrade = {
      enable = true;
      conflictStrategy = "prefer-remote";
      # Built elsewhere and fetched, or slowly here.
      buildTimeoutSeconds = 43200;
      rebootPolicy = "when-needed";
    };
    system = {
      gitManagement.user = "rain";
      boot.goldenGeneration = {
        enable = true;
        deadlineSeconds = 1200;
        healthWindowSeconds = 300;
        emergencySeconds = 60;
      };
    };
  };
}
