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
