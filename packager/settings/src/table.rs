//! The table: every setting, once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use crate::draft::Draft;
use crate::kind::{
    Address, Choice, Count, EnvironmentName, FilePath, Filter, Frequency, List, Network as NetworkKind, Origins,
    Pkcs11Uri, SecretReference, Share, Size, Span, Token, WebUrl, optional, or,
};
use crate::secret_ref::SecretRef;
use crate::setting::{Section, Setting};
use crate::values::{AllowedOrigins, DebCompression, LockMemory, LogFilter, LogFormat, Prepare, Rate, StorageLimit};

/// Makes the typed settings, the way to read them, and the rows without types, from one list: help, key, type, default
/// (as text), kind.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $title:literal $section:ident: $Section:ident {
            $(
                $(#[doc = $help:literal])+
                $key:ident: $type:ty = $default:literal, $kind:expr;
            )+
        }
    )+) => {
        /// All settings, by section.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Settings {
            $( $(#[doc = $about])+ pub $section: $Section, )+
        }

        $(
            $(#[doc = $about])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Section {
                $( $(#[doc = $help])+ pub $key: $type, )+
            }
        )+

        /// All settings, as they are documented.
        #[must_use]
        pub fn sections() -> &'static [Section] {
            static SECTIONS: &[Section] = &[$(
                Section {
                    title: $title,
                    about: concat!($($about, "\n"),+),
                    settings: &[$(
                        Setting {
                            key: stringify!($key),
                            default: $default,
                            help: concat!($($help, "\n"),+),
                            kind: &$kind,
                        },
                    )+],
                },
            )+];
            SECTIONS
        }

        /// Reads every value before it gives up, so that every problem is noted.
        pub(crate) fn read(draft: &mut Draft) -> Option<Settings> {
            $($( let $key = draft.read(stringify!($key), $default, &$kind); )+)+
            Some(Settings {
                $( $section: $Section { $( $key: $key?, )+ }, )+
            })
        }
    };
}

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

settings! {
    /// Who is answered, and where.
    "Network" network: Network {
        /// Where the API and the page are served. Port 0 takes a free one.
        listen: SocketAddr = "127.0.0.1:8080", Address;
        /// Where metrics and health are served: for the operator, not for the world.
        admin_listen: Option<SocketAddr> = "127.0.0.1:9180", or("off", Address);
        /// The certificate (PEM, with its chain) with which `listen` speaks TLS, and nothing else. It is read anew when it
        /// changes, within a minute, and on SIGHUP. docs/tls.md says how to get one, and how a proxy does it instead.
        tls_certificate: Option<PathBuf> = "", optional(FilePath);
        /// The private key (PEM) of that certificate.
        tls_key: Option<SecretRef> = "", optional(SecretReference);
        /// The URL under which clients reach the service, for `download_url`. Without it the request's `Host` is believed,
        /// which is right only where nothing stands in front of the service.
        public_url: Option<Url> = "", optional(WebUrl::Base);
        /// Proxies whose `X-Forwarded-For` header, or `Forwarded` where there is none, is believed. Any other client could
        /// claim an address in it, and so escape the rate limits.
        trusted_proxies: Vec<IpNet> = "", List(NetworkKind);
        /// Web pages, such as the Fleet UI, that may call the API from a browser (CORS). Any other page could have its
        /// visitors' browsers build packages.
        allowed_origins: AllowedOrigins = "", Origins;
    }

    /// Where Fleet's agent comes from.
    "Updates" update: Update {
        /// The TUF repository: metadata at its top, target files under `targets/`.
        update_url: Url = "https://tuf.fleetctl.com", WebUrl::BaseOrFolder;
        /// A trusted `root.json` of that repository. Embedded for `https://tuf.fleetctl.com` and
        /// `https://updates-staging.fleetdm.com`; needed for any other.
        update_roots: Option<PathBuf> = "", optional(FilePath);
        /// How often the repository is asked for news.
        update_refresh: Duration = "5m", Span { least: SECOND, most: DAY };
        /// Certificates (PEM) of private authorities that are trusted for the repository, beside the system's.
        update_tls_ca: Option<PathBuf> = "", optional(FilePath);
        /// The certificate (PEM, with its chain) that is shown to a repository that asks for one.
        update_tls_client_certificate: Option<PathBuf> = "", optional(FilePath);
        /// The private key (PEM) of that certificate.
        update_tls_client_key: Option<SecretRef> = "", optional(SecretReference);
    }

    /// Bounds on what the update repository may send, and on what is kept of it. The defaults have room for years of
    /// growth of Fleet's.
    "Update limits" update_limits: UpdateLimits {
        /// How much of the repository's files is kept, archives unpacked. What was used longest ago goes first; what a build
        /// uses stays until the build ends. Stops releases of years from filling the disk.
        update_cache_limit: u64 = "4GiB", Size { least: 1 << 20, most: 1 << 50 };
        /// Longest `root.json`. Stops an endless one from filling the memory.
        update_root_limit: u64 = "512KiB", Size { least: 512, most: 16 << 20 };
        /// Longest `timestamp.json`. Stops an endless one from filling the memory.
        update_timestamp_limit: u64 = "64KiB", Size { least: 512, most: 16 << 20 };
        /// Longest `snapshot.json`, whatever length the timestamp lists. Stops an endless one from filling the memory.
        update_snapshot_limit: u64 = "1MiB", Size { least: 512, most: 256 << 20 };
        /// Longest `targets.json`, whatever length the snapshot lists. Stops an endless one from filling the memory.
        update_targets_limit: u64 = "32MiB", Size { least: 512, most: 256 << 20 };
        /// Longest target file, whatever length is listed for it. Stops one file from filling the disk.
        update_target_limit: u64 = "1GiB", Size { least: 512, most: 64 << 30 };
        /// Most new roots in one refresh. Stops an endless chain of roots from keeping the service busy for ever.
        update_root_rotations: usize = "256", Count { least: 1, most: 65536 };
        /// How long the repository may take before it sends, stalls on the way included. Stops a silent server from holding
        /// a build for ever.
        update_grace: Duration = "30s", Span { least: SECOND, most: HOUR };
        /// How many bytes must come in each second beyond that time. Stops a trickle from holding a build for ever.
        update_throughput: u64 = "32KiB", Size { least: 1, most: 1 << 30 };
        /// How often a file is asked for when the server fails or a download breaks off, before it is given up. Stops
        /// the service from keeping a server busy that is just coming back.
        update_attempts: usize = "3", Count { least: 1, most: 10 };
        /// Most bytes of an unpacked archive. Stops a few kilobytes that unpack to gigabytes from filling the disk.
        update_archive_limit: u64 = "1GiB", Size { least: 512, most: 64 << 30 };
        /// Most files and folders in an archive. Stops a million empty files from exhausting the file system.
        update_archive_entries: usize = "16384", Count { least: 1, most: 1_000_000 };
        /// Longest path in an archive, in bytes. Stops paths that hosts would refuse.
        update_archive_path: usize = "1024", Count { least: 64, most: 4096 };
        /// Most folders in a path in an archive. Stops paths that cost a host a folder for each two bytes.
        update_archive_depth: usize = "32", Count { least: 4, most: 1024 };
    }

    /// What is kept, and for how long.
    "Storage" storage: Storage {
        /// The folder for everything that is kept.
        data_dir: PathBuf = "./data", FilePath;
        /// The key (32 bytes in base64 or hexadecimal) that all packages are sealed under. Unless set, it is made at the
        /// first start, in a file in the data directory that only the service's user may read: whoever gets hold of the
        /// whole directory then has the key too.
        master_key: Option<SecretRef> = "file:<data_dir>/master.key", or("file:<data_dir>/master.key", SecretReference);
        /// How long a package can be downloaded, from the moment its build ends. Then it is destroyed.
        expire_after: Duration = "30m", Span { least: SECOND, most: 30 * DAY };
        /// How long `/status` still says `expired` of a package that is gone. Stops the records of packages from
        /// filling the disk.
        remember_expired: Duration = "24h", Span { least: SECOND, most: 365 * DAY };
        /// When the storage counts as full and new packages are refused: a share of the disk, whoever uses it, or a size
        /// of what the service itself keeps. Stops clients from filling the disk.
        storage_limit: StorageLimit = "90%", Share;
    }

    /// How packages are built.
    "Builds" builds: Builds {
        /// How many packages are built at once; `cores` for as many as there are cores. Stops a burst of requests from
        /// taking the machine's processors and memory.
        workers: Option<usize> = "cores", or("cores", Count { least: 1, most: 1024 });
        /// How many builds may wait. Stops clients from filling the memory with builds.
        queue: usize = "256", Count { least: 1, most: 1_000_000 };
        /// How long one build may take; waiting for Apple takes none of it. Stops a build that hangs from holding its worker for ever.
        build_timeout: Duration = "15m", Span { least: SECOND, most: DAY };
        /// `xz` for the smallest packages, `gzip` for tools that know nothing else.
        deb_compression: DebCompression = "xz",
            Choice(&[("xz", DebCompression::Xz), ("gzip", DebCompression::Gzip)]);
        /// How many threads compress what packages share, once for each release of the agent; `cores` for as many as there
        /// are cores. Each takes about 130 MB while it works. Stops a new release from taking the machine's memory.
        compression_threads: Option<usize> = "cores", or("cores", Count { least: 1, most: 1024 });
        /// Architectures whose agent, from the `stable` channels, is made ready before anybody asks: at the start, and
        /// whenever there is a new release. So is what has been asked for since the start, from whichever channel. Packages
        /// are made of the previous release until the new one is ready. The agent for macOS is for both, and is made ready with
        /// either; where packages are notarized, so are those for the system's configuration.
        prepare: Prepare = "all",
            Choice(&[("all", Prepare::All), ("amd64", Prepare::Amd64), ("arm64", Prepare::Arm64), ("off", Prepare::Nothing)]);
    }

    /// How often a client may ask. A rate is a number for each second, minute or hour; `burst` is how many may come at once
    /// after a pause, and the same number unless set.
    "Rates" rates: Rates {
        /// `POST /create`, for each client address (IPv6: each /64). Stops one client from keeping all workers busy.
        rate_create: Option<Rate> = "10/m", or("off", Frequency);
        /// `GET /status`, for each package. Stops clients from asking in a tight loop.
        rate_status: Option<Rate> = "60/m", or("off", Frequency);
        /// `GET /download/…`, for each package. Stops one link from taking all of the network.
        rate_download: Option<Rate> = "20/m", or("off", Frequency);
        /// How many addresses and packages the limits remember. Stops a client with many addresses from filling the
        /// memory with them.
        rate_keys: usize = "100000", Count { least: 1000, most: 100_000_000 };
    }

    /// Bounds on what one client may hold.
    "Limits" limits: Limits {
        /// Longest request body. Stops a client from filling the memory with one request. The default has room for the
        /// longest valid request: five PEM texts and a flagfile of 64 KiB each, with their line breaks escaped.
        body_limit: u64 = "512KiB", Size { least: 16 << 10, most: 16 << 20 };
        /// Most memory that the bodies of all requests take together. Stops many clients with a long body each from
        /// filling the memory.
        bodies_limit: u64 = "64MiB", Size { least: 16 << 10, most: 64 << 30 };
        /// Most connections at once; beyond it the ones that have been idle longest are closed, and if none is, new ones.
        /// Stops clients from taking all file descriptors and memory; needs about two descriptors for each.
        max_connections: usize = "8192", Count { least: 1, most: 1_000_000 };
        /// Most connections at once from one client address (IPv6: each /64). Trusted proxies may have any number. Stops one
        /// client from taking all connections.
        max_connections_per_client: usize = "256", Count { least: 1, most: 1_000_000 };
        /// How long a client may take to send a request, and before that for a TLS handshake. Stops clients from holding
        /// connections open with requests that never end.
        client_timeout: Duration = "10s", Span { least: SECOND, most: HOUR };
        /// How long an idle connection is kept for the next request. Stops clients from holding connections that they do
        /// not use.
        keep_alive: Duration = "30s", Span { least: SECOND, most: HOUR };
        /// How long a client may take nothing of an answer. Stops clients that ask for packages and do not read them from
        /// holding connections open.
        download_idle_timeout: Duration = "30s", Span { least: SECOND, most: HOUR };
        /// How many bytes of an answer a client has to take each second, on average. Stops clients that read a byte now and
        /// then from holding connections open.
        download_least_rate: u64 = "4KiB", Size { least: 1, most: 1 << 30 };
        /// How long downloads and builds that are under way may go on when the service is told to stop. Stops a slow
        /// client from holding up a restart.
        shutdown_timeout: Duration = "30s", Span { least: 0, most: HOUR };
    }

    /// Signatures. Packages of a type without a key are unsigned, and `/status` says so; with a key that does not work the
    /// service does not start.
    "Signing" signing: Signing {
        /// The OpenPGP secret key that deb packages are signed with, as gpg exports it: RSA from 2048 bits, or Ed25519.
        /// docs/signing.md says how to make one, and how hosts check signatures.
        signing_deb_key: Option<SecretRef> = "", optional(SecretReference);
        /// The passphrase of `signing_deb_key`.
        signing_deb_key_passphrase: Option<SecretRef> = "", optional(SecretReference);
        /// The Ed25519 private key (PKCS#8 PEM) whose signature of a package's digest is in the header
        /// `X-Signature-Ed25519` of its download, whatever its type.
        signing_release_key: Option<SecretRef> = "", optional(SecretReference);
        /// The OpenPGP secret key that rpm and Arch packages are signed with, as gpg exports it: RSA from 2048 bits, or
        /// Ed25519, which RHEL 8 does not know. docs/rpm.md says how to make one, and how hosts check signatures.
        signing_rpm_key: Option<SecretRef> = "", optional(SecretReference);
        /// The passphrase of `signing_rpm_key`.
        signing_rpm_key_passphrase: Option<SecretRef> = "", optional(SecretReference);
        /// The Developer ID Installer certificate for pkg packages: PEM with its chain, or a PKCS#12 file that holds the
        /// key too.
        signing_pkg_certificate: Option<SecretRef> = "", optional(SecretReference);
        /// The private key (PEM) of a certificate given as PEM.
        signing_pkg_key: Option<SecretRef> = "", optional(SecretReference);
        /// The password of a certificate given as PKCS#12.
        signing_pkg_password: Option<SecretRef> = "", optional(SecretReference);
        /// The time-stamping authority (RFC 3161) whose word keeps pkg packages installable when the certificate has
        /// ended. Apple's, `http://timestamp.apple.com/ts01`, asks for nothing; each build waits for its answer.
        signing_pkg_timestamp_url: Option<Url> = "", optional(WebUrl::Exact);
        /// The key ID of the App Store Connect API key that signed pkg packages are notarized with.
        notary_key_id: Option<String> = "", optional(Token);
        /// The issuer ID of that key.
        notary_issuer: Option<String> = "", optional(Token);
        /// That key itself (the `.p8` file).
        notary_key: Option<SecretRef> = "", optional(SecretReference);
        /// Apple's notary API: `submissions` lies under it.
        notary_url: Url = "https://appstoreconnect.apple.com/notary/v2", WebUrl::Base;
        /// Where Apple answers with the tickets that are stapled to notarized packages.
        notary_ticket_url: Url =
            "https://api.apple-cloudkit.com/database/1/com.apple.gk.ticket-delivery/production/public/records/lookup",
            WebUrl::Exact;
        /// The S3 endpoint that packages are uploaded to for notarization, in the region `us-west-2`: buckets lie under it.
        notary_upload_url: Url = "https://s3.us-west-2.amazonaws.com", WebUrl::Base;
        /// How many packages may be notarized in 24 hours. Apple takes 75 of a team, those of its other tools included;
        /// beyond it, requests for pkg packages are refused until there is a place again.
        notary_daily_limit: usize = "75", Count { least: 1, most: 100_000 };
        /// The PKCS#12 file with the Authenticode certificate and key that msi packages are signed with.
        /// docs/windows-signing.md says how to get one.
        signing_msi_pkcs12: Option<SecretRef> = "", optional(SecretReference);
        /// The password of `signing_msi_pkcs12`.
        signing_msi_password: Option<SecretRef> = "", optional(SecretReference);
        /// The PKCS#11 module (a shared library) for a key in a token, instead of a PKCS#12 file.
        signing_msi_pkcs11_module: Option<PathBuf> = "", optional(FilePath);
        /// Which key of the token it is, and which certificate: both have to be found by it.
        signing_msi_pkcs11_uri: Option<String> = "", optional(Pkcs11Uri);
        /// A PEM file with the certificates of the certificate's issuers, for a key in a token: hosts that cannot fetch them
        /// need them in the signature. A PKCS#12 file brings its own.
        signing_msi_pkcs11_chain: Option<PathBuf> = "", optional(FilePath);
        /// The PIN of the token.
        signing_msi_pin: Option<SecretRef> = "", optional(SecretReference);
        /// The environment variables of the service that the PKCS#11 module needs, such as `SOFTHSM2_CONF`. What signs is given
        /// no others.
        signing_msi_pkcs11_environment: Vec<String> = "", List(EnvironmentName);
        /// The time-stamping authority (RFC 3161) whose word keeps signatures valid when the certificate has ended.
        signing_msi_timestamp_url: Option<Url> = "", optional(WebUrl::Exact);
        /// The program that signs msi packages, `osslsigncode` 2.5 or newer: an absolute path.
        signing_msi_tool: PathBuf = "/usr/bin/osslsigncode", FilePath;
        /// The directory in memory (tmpfs or ramfs) that msi packages are signed in, with room for the largest one for each that
        /// is signed at a time: an msi holds an enroll secret, and must not be written to a disk.
        signing_msi_scratch_dir: PathBuf = "/dev/shm", FilePath;
    }

    /// How secrets are kept in memory. The process is never dumped, and memory is zeroed when it is freed.
    "Memory" memory: Memory {
        /// Whether the process's memory is locked, so that no secret of it is ever in swap: `auto` where the system allows
        /// it, and otherwise with a line in the log; with `require` the service does not start without. It needs an
        /// unlimited `RLIMIT_MEMLOCK` (systemd: `LimitMEMLOCK=infinity`) or the capability `CAP_IPC_LOCK`.
        lock_memory: LockMemory = "auto",
            Choice(&[("auto", LockMemory::Auto), ("require", LockMemory::Require), ("off", LockMemory::Off)]);
    }

    /// What the service says of itself, on standard error.
    "Logging" logging: Logging {
        /// What is logged. Libraries go as far as `debug`: what they trace may hold what they carry.
        log: LogFilter = "info", Filter;
        /// How it is written: `auto` is `text` on a terminal and `json` elsewhere.
        log_format: LogFormat = "auto",
            Choice(&[("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)]);
    }
}
