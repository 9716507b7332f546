// The platforms: what a person calls them, and what installs the packages there.

/** Package types in the order in which they are offered. */
export const PLATFORMS = [
  { type: "pkg", name: "macOS", format: "pkg", install: (file) => `sudo installer -pkg ${file} -target /` },
  { type: "msi", name: "Windows", format: "msi", install: (file) => `msiexec /i ${file} /qn` },
  {
    type: "deb",
    name: "Debian, Ubuntu",
    format: "deb",
    install: (file) => `sudo dpkg --install ${file}`,
  },
  {
    type: "rpm",
    name: "Fedora, RHEL, SUSE",
    format: "rpm",
    install: (file) => `sudo rpm --upgrade --replacepkgs ${file}`,
  },
  { type: "pkg.tar.zst", name: "Arch Linux", format: "pkg.tar.zst", install: (file) => `sudo pacman -U ${file}` },
];

/** Where a person has to be to run the command. */
export const SHELLS = { msi: "In a command prompt of an administrator, where the file is:" };
export const ANY_SHELL = "In a terminal, where the file is:";

/** The platform of a package type, or `undefined`. */
export const platformOf = (type) => PLATFORMS.find((platform) => platform.type === type);

/** The command that installs `fileName`, a package of `type`; empty for a type that is not known. */
export function installCommand(type, fileName) {
  // A name that a shell would read as something else is not offered for a paste into one.
  if (!/^[A-Za-z0-9][A-Za-z0-9._~+-]*$/.test(fileName)) return "";
  return platformOf(type)?.install(fileName) ?? "";
}

/**
 * The type and the architecture of packages for the machine that `navigator` runs on, as far as it tells.
 *
 * @returns {Promise<{type: string, arch: string}>} `deb` and `amd64` where it does not.
 */
export async function guess(navigator) {
  const agent = navigator.userAgent ?? "";
  const hints = navigator.userAgentData;
  return { type: guessType(hints?.platform ?? "", agent), arch: await guessArch(hints, agent) };
}

function guessType(platform, agent) {
  const text = `${platform} ${agent}`;
  if (/\bWindows\b|\bWin(32|64)\b/.test(text)) return "msi";
  if (/\b(macOS|Macintosh|Mac OS X)\b/.test(text) && !/\b(iPhone|iPad)\b/.test(text)) return "pkg";
  if (/Fedora|Red ?Hat|SUSE|CentOS|Rocky|Alma/i.test(text)) return "rpm";
  return "deb";
}

async function guessArch(hints, agent) {
  try {
    const { architecture } = (await hints?.getHighEntropyValues(["architecture"])) ?? {};
    if (architecture) return architecture === "arm" ? "arm64" : "amd64";
  } catch {
    // The browser does not tell.
  }
  return /aarch64|arm64/i.test(agent) ? "arm64" : "amd64";
}
