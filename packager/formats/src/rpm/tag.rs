//! The tags that are written, by rpm's names for them (rpm's documentation, "RPM tags").

/// A tag of the signature header or of the header; the two use some numbers for different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tag(u32);

/// Of the signature header.
impl Tag {
    pub(super) const HEADERSIGNATURES: Self = Self(62);
    /// A signature over the header by a key that is not RSA.
    pub(super) const DSAHEADER: Self = Self(267);
    /// A signature over the header by an RSA key.
    pub(super) const RSAHEADER: Self = Self(268);
    pub(super) const SHA1HEADER: Self = Self(269);
    pub(super) const SHA256HEADER: Self = Self(273);
    /// How long header and payload are.
    pub(super) const SIGSIZE: Self = Self(1000);
    /// How long the payload is when it is unpacked.
    pub(super) const PAYLOADSIZE: Self = Self(1007);
}

/// Of the header.
impl Tag {
    pub(super) const HEADERIMMUTABLE: Self = Self(63);
    pub(super) const HEADERI18NTABLE: Self = Self(100);
    pub(super) const NAME: Self = Self(1000);
    pub(super) const VERSION: Self = Self(1001);
    pub(super) const RELEASE: Self = Self(1002);
    pub(super) const SUMMARY: Self = Self(1004);
    pub(super) const DESCRIPTION: Self = Self(1005);
    pub(super) const BUILDTIME: Self = Self(1006);
    pub(super) const BUILDHOST: Self = Self(1007);
    pub(super) const SIZE: Self = Self(1009);
    pub(super) const VENDOR: Self = Self(1011);
    pub(super) const LICENSE: Self = Self(1014);
    pub(super) const PACKAGER: Self = Self(1015);
    pub(super) const GROUP: Self = Self(1016);
    pub(super) const URL: Self = Self(1020);
    pub(super) const OS: Self = Self(1021);
    pub(super) const ARCH: Self = Self(1022);
    pub(super) const PREIN: Self = Self(1023);
    pub(super) const POSTIN: Self = Self(1024);
    pub(super) const PREUN: Self = Self(1025);
    pub(super) const POSTUN: Self = Self(1026);
    pub(super) const FILESIZES: Self = Self(1028);
    pub(super) const FILEMODES: Self = Self(1030);
    pub(super) const FILERDEVS: Self = Self(1033);
    pub(super) const FILEMTIMES: Self = Self(1034);
    pub(super) const FILEDIGESTS: Self = Self(1035);
    pub(super) const FILELINKTOS: Self = Self(1036);
    pub(super) const FILEFLAGS: Self = Self(1037);
    pub(super) const FILEUSERNAME: Self = Self(1039);
    pub(super) const FILEGROUPNAME: Self = Self(1040);
    pub(super) const SOURCERPM: Self = Self(1044);
    pub(super) const FILEVERIFYFLAGS: Self = Self(1045);
    pub(super) const PROVIDENAME: Self = Self(1047);
    pub(super) const REQUIREFLAGS: Self = Self(1048);
    pub(super) const REQUIRENAME: Self = Self(1049);
    pub(super) const REQUIREVERSION: Self = Self(1050);
    pub(super) const PREINPROG: Self = Self(1085);
    pub(super) const POSTINPROG: Self = Self(1086);
    pub(super) const PREUNPROG: Self = Self(1087);
    pub(super) const POSTUNPROG: Self = Self(1088);
    pub(super) const FILEDEVICES: Self = Self(1095);
    pub(super) const FILEINODES: Self = Self(1096);
    pub(super) const FILELANGS: Self = Self(1097);
    pub(super) const PROVIDEFLAGS: Self = Self(1112);
    pub(super) const PROVIDEVERSION: Self = Self(1113);
    pub(super) const DIRINDEXES: Self = Self(1116);
    pub(super) const BASENAMES: Self = Self(1117);
    pub(super) const DIRNAMES: Self = Self(1118);
    pub(super) const PAYLOADFORMAT: Self = Self(1124);
    pub(super) const PAYLOADCOMPRESSOR: Self = Self(1125);
    pub(super) const PAYLOADFLAGS: Self = Self(1126);
    pub(super) const POSTTRANS: Self = Self(1152);
    pub(super) const POSTTRANSPROG: Self = Self(1154);
    pub(super) const FILEDIGESTALGO: Self = Self(5011);
    pub(super) const ENCODING: Self = Self(5062);
    /// SHA-256 of the payload (`PAYLOADSHA256` since rpm 6).
    pub(super) const PAYLOADDIGEST: Self = Self(5092);
    pub(super) const PAYLOADDIGESTALGO: Self = Self(5093);
    /// SHA-256 of what the payload unpacks to (`PAYLOADSHA256ALT` since rpm 6).
    pub(super) const PAYLOADDIGESTALT: Self = Self(5097);

    /// Its number.
    pub(super) const fn number(self) -> u32 {
        self.0
    }
}
