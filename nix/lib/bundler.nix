# The esbuild that `deno bundle` runs. Deno asks for one version, by the name of the file, and would
# download it; the tarball is the very one it would take. A test compares with the Deno at hand.
{
  version = "0.25.5";
  hashes = {
    x86_64-linux = {
      target = "linux-x64";
      hash = "sha512-uhj8N2obKTE6pSZ+aMUbqq+1nXxNjZIIjCjGLfsWvVpy7gKCOL6rsY1MhRh9zLtUtAI7vpgLMK6DxjO8Qm9lJw==";
    };
    aarch64-linux = {
      target = "linux-arm64";
      hash = "sha512-Z9kfb1v6ZlGbWj8EJk9T6czVEjjq2ntSYLY2cw6pAZl4oKtfgQuS4HOq41M/BcoLPzrUbNd+R4BXFyH//nHxVg==";
    };
  };
  # Where in DENO_DIR it is looked for; until Deno 2.5 without the number behind.
  directories = version: [
    "dl/esbuild-${version}"
    "dl/esbuild-${version}-1"
  ];
}
