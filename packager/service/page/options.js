// What may be asked for beside platform, URL and secret: the fields of POST /create, under the names that
// `fleetctl package` has for its flags.

const LINUX = ["deb", "rpm", "pkg.tar.zst"];
const NOT_PKG = ["deb", "rpm", "pkg.tar.zst", "msi"];

/**
 * Options in their groups.
 *
 * `kind` is `switch` (a boolean), `text`, `choice` (one of `values`, the first by default) or `file` (a text that mostly
 * comes from a file). `types` names the package types that know the option; without it all do. `initially` is what a
 * switch is when nobody touches it. A value that is the default is not sent.
 */
export const GROUPS = [
  {
    title: "Agent",
    options: [
      { name: "fleet-desktop", kind: "switch", label: "Include Fleet Desktop" },
      {
        name: "fleet-desktop-alternative-browser-host",
        kind: "text",
        label: "Host of the links that Fleet Desktop opens",
        placeholder: "fleet.example.com:8443",
      },
      { name: "enable-scripts", kind: "switch", label: "Fleet may run scripts on the host" },
      { name: "service", kind: "switch", label: "Install and start the agent’s service", initially: true },
      { name: "debug", kind: "switch", label: "The agent logs verbosely" },
      { name: "disable-keystore", kind: "switch", label: "Do not use the system’s keystore" },
      {
        name: "disable-setup-experience",
        kind: "switch",
        label: "Skip the setup experience",
        types: NOT_PKG,
      },
      { name: "osquery-flagfile", kind: "file", label: "osquery’s flags", placeholder: "--verbose=true" },
      {
        name: "osquery-db",
        kind: "text",
        label: "Absolute path of osquery’s database on the host",
      },
    ],
  },
  {
    title: "Enrollment",
    options: [
      {
        name: "use-system-configuration",
        kind: "switch",
        label: "URL and secret come from a configuration profile",
        types: ["pkg"],
      },
      { name: "host-identifier", kind: "choice", label: "What osquery identifies the host by", values: ["uuid", "instance"] },
      {
        name: "end-user-email",
        kind: "text",
        label: "E-mail address of the host’s user",
        placeholder: "user@example.com",
        types: NOT_PKG,
      },
      {
        name: "bypass-end-user-auth",
        kind: "switch",
        label: "Enroll without the end user’s authentication",
        types: NOT_PKG,
      },
      {
        name: "fleet-managed-host-identity-certificate",
        kind: "switch",
        label: "Sign requests with a certificate that Fleet issues to the host",
        types: LINUX,
      },
      { name: "insecure", kind: "switch", label: "Do not verify TLS certificates" },
      { name: "fleet-certificate", kind: "file", label: "Certificate chain of the Fleet server (PEM)" },
      { name: "fleet-tls-client-certificate", kind: "file", label: "Client certificate for the Fleet server (PEM)" },
      {
        name: "fleet-tls-client-key",
        kind: "file",
        label: "Private key of the client certificate (PEM)",
        secret: true,
      },
    ],
  },
  {
    title: "Updates",
    options: [
      { name: "orbit-channel", kind: "text", label: "Update channel of orbit", placeholder: "stable" },
      { name: "osqueryd-channel", kind: "text", label: "Update channel of osqueryd", placeholder: "stable" },
      { name: "desktop-channel", kind: "text", label: "Update channel of Fleet Desktop", placeholder: "stable" },
      { name: "disable-updates", kind: "switch", label: "The agent does not update itself" },
      { name: "update-interval", kind: "text", label: "How often the agent looks for updates", placeholder: "15m" },
      {
        name: "update-url",
        kind: "text",
        label: "Update repository that the agent uses on the host",
        placeholder: "https://updates.example.com",
      },
      { name: "update-tls-certificate", kind: "file", label: "Certificate chain of the update repository (PEM)" },
    ],
  },
];

/** Whether packages of `type` know `option`. */
export const isFor = (option, type) => option.types === undefined || option.types.includes(type);
