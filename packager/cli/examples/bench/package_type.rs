//! The package types: how a package is taken apart, and what others make of what was in it.

/// What packs the same tree.
pub struct Peer {
    /// Of its figures.
    pub name: &'static str,
    /// A shell script that packs the folder `$1` as the file `$2`.
    pub pack: &'static str,
    /// What the size of our package over that of theirs should be.
    pub goal: Option<&'static str>,
}

/// What packages are signed with.
pub enum Signing {
    /// An OpenPGP key, which this setting names.
    OpenPgp(&'static str),
    /// A certificate for installer packages.
    Installer,
    /// A certificate for Windows programs.
    Authenticode,
}

pub struct PackageType {
    /// As the API calls it.
    pub name: &'static str,
    /// What its figures end with.
    pub suffix: &'static str,
    /// A shell script that takes the package `$1` apart into the folder `$2`.
    pub unpack: &'static str,
    pub peers: &'static [Peer],
    pub signing: Signing,
    /// How many packages are made one after the other, and how many at once.
    pub warm: usize,
    pub crowd: usize,
}

pub const DEB: PackageType = PackageType {
    name: "deb",
    suffix: "",
    unpack: r#"dpkg-deb --raw-extract "$1" "$2""#,
    peers: &[
        Peer {
            name: "dpkg_deb_gzip_6",
            pack: r#"dpkg-deb -Zgzip -z6 --build "$1" "$2" >/dev/null"#,
            goal: Some("<= 0.75"),
        },
        Peer {
            name: "dpkg_deb_xz",
            pack: r#"dpkg-deb -Zxz --build "$1" "$2" >/dev/null"#,
            goal: None,
        },
    ],
    signing: Signing::OpenPgp("--signing-deb-key"),
    warm: 300,
    crowd: 5_000,
};

/// Has `rpmbuild` pack `$1` as `$2`. Nothing is stripped, compressed or looked into, so that both do the same work.
macro_rules! rpmbuild {
    ($payload:literal) => {
        concat!(
            r#"
cd "$(dirname "$2")"
{
  printf '%s\n' 'Name: peer' 'Version: 1' 'Release: 1' 'Summary: peer' 'License: MIT' 'AutoReqProv: no' \
    '%global _binary_payload "#,
            $payload,
            r#"' '%global _build_id_links none' '%define __os_install_post %nil' '%description' peer \
    '%install' "cp -al $1/. %{buildroot}/" '%files'
  (cd "$1" && find . -mindepth 1 -type d -printf '%%dir "/%P"\n' -o -printf '"/%P"\n')
} >"$2.spec"
rpmbuild -bb --quiet --target x86_64 --define "_topdir $2.top" --define "_rpmdir $PWD" \
  --define "_rpmfilename $(basename "$2")" --dbpath "$2.db" "$2.spec" >/dev/null
"#
        )
    };
}

pub const RPM: PackageType = PackageType {
    name: "rpm",
    suffix: "_rpm",
    unpack: r#"mkdir "$2" && cd "$2" && rpm2cpio "$1" | cpio --quiet --extract --make-directories"#,
    peers: &[
        Peer {
            name: "rpmbuild_gzip_6",
            pack: rpmbuild!("w6.gzdio"),
            goal: Some("<= 0.75"),
        },
        Peer {
            name: "rpmbuild_xz_6",
            pack: rpmbuild!("w6.xzdio"),
            goal: None,
        },
    ],
    signing: Signing::OpenPgp("--signing-rpm-key"),
    // Each is hashed whole.
    warm: 60,
    crowd: 300,
};

pub const ARCH: PackageType = PackageType {
    name: "pkg.tar.zst",
    suffix: "_arch",
    unpack: r#"mkdir "$2" && zstd --quiet --decompress --stdout "$1" | tar --extract --directory "$2""#,
    peers: &[
        Peer {
            name: "tar_gzip_6",
            pack: r#"tar --create --directory "$1" . | gzip -6 >"$2""#,
            goal: Some("<= 0.75"),
        },
        Peer {
            name: "tar_zstd_19",
            pack: r#"tar --create --directory "$1" . | zstd --quiet --threads=0 -19 >"$2""#,
            goal: None,
        },
        Peer {
            name: "tar_zstd_ultra_20",
            pack: r#"tar --create --directory "$1" . | zstd --quiet --threads=0 --ultra -20 >"$2""#,
            goal: None,
        },
    ],
    signing: Signing::OpenPgp("--signing-rpm-key"),
    warm: 300,
    crowd: 5_000,
};

pub const PKG: PackageType = PackageType {
    name: "pkg",
    suffix: "_pkg",
    unpack: r#"mkdir "$2" && cd "$2" && bsdtar -xOf "$1" base.pkg/Payload | bsdtar -xf -"#,
    // As `fleetctl package` makes a payload.
    peers: &[Peer {
        name: "cpio_gzip",
        pack: r#"cd "$1" && find . | cpio --quiet --create --format odc --owner 0:80 | gzip -c >"$2""#,
        goal: Some("<= 1.0"),
    }],
    signing: Signing::Installer,
    // Each is hashed whole.
    warm: 60,
    crowd: 300,
};

pub const MSI: PackageType = PackageType {
    name: "msi",
    suffix: "_msi",
    // orbit is installed at two places, which a cabinet has once.
    unpack: r#"mkdir "$2" && msiextract -C "$2" "$1" >/dev/null && rm "$2/Orbit/bin/orbit/orbit.exe""#,
    peers: &[
        Peer {
            name: "wixl",
            pack: WIXL,
            goal: None,
        },
        Peer {
            name: "tar_gzip_6_msi",
            pack: r#"tar --create --directory "$1" . | gzip -6 >"$2""#,
            goal: Some("<= 1.0"),
        },
    ],
    signing: Signing::Authenticode,
    warm: 60,
    crowd: 300,
};

/// Has `wixl` pack `$1` as `$2`: each file a component in one folder.
const WIXL: &str = r#"
cd "$1"
{
    echo '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
<Product Id="*" Name="Fleet osquery" Language="1033" Version="1.0.0" Manufacturer="Fleet" UpgradeCode="B681CB20-107E-428A-9B14-2D3C1AFED244">
<Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/><Media Id="1" Cabinet="cab1.cab" EmbedCab="yes"/>
<Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFiles64Folder"><Directory Id="ORBITROOT" Name="Orbit">'
    n=0
    find . -type f | while read -r file; do
        n=$((n + 1))
        echo "<Component Id=\"c$n\" Guid=\"*\" Win64=\"yes\"><File Id=\"f$n\" Name=\"f$n\" Source=\"$file\" KeyPath=\"yes\"/></Component>"
    done
    echo '</Directory></Directory></Directory><Feature Id="Complete" Level="1">'
    find . -type f | cat -n | while read -r n file; do echo "<ComponentRef Id=\"c$n\"/>"; done
    echo '</Feature></Product></Wix>'
} >"$2.wxs"
wixl --arch x64 --output "$2" "$2.wxs" 2>/dev/null
"#;
