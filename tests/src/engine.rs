//! A container engine for the tests: podman with runc, in namespaces of its own, and a store of images on top of the one that
//! `make image-system` makes. All tests of the process share it. Its containers, and the folder that all of it lies in, end
//! with the process, however that ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use crate::product;
use crate::ran::Ran;
use crate::system::PATH;

/// The image around the program under test.
pub const IMAGE: &str = "localhost/fleet-packager:test";

/// Holds the namespaces as long as somebody holds the other end of standard input, and then removes what there is: the
/// containers, whose cgroups would stay, and the engine's folder, `$1`.
const HOLD: &str = r#"
trap '' INT HUP TERM
echo ready
exec >/dev/null 2>&1
cat
podman rm --all --force --time 0
umount --recursive "$1/storage/overlay"
rm -rf -- "$1"
"#;

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::start);

/// Where `make image-system` puts what lies beneath the program, and tests what they make of it.
fn images() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/image")
}

/// The engine.
pub struct Engine {
    folder: PathBuf,
    /// The first process in the namespaces.
    first: String,
    /// Holds their life: the other end of its standard input.
    _holder: Child,
}

impl Engine {
    /// The engine of this process, which has [`IMAGE`].
    ///
    /// # Panics
    /// Without root's rights or the store of `make image-system`, and says what to do.
    #[must_use]
    pub fn shared() -> &'static Self {
        &ENGINE
    }

    fn start() -> Self {
        let images = images().canonicalize().unwrap_or_default();
        assert!(
            images.join("storage").is_dir(),
            "the scenarios of the image need target/image: `make image-system` makes it"
        );
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&images).unwrap();
        configure(folder.path(), &images.join("storage"));
        let mut holder = Command::new("/usr/bin/unshare");
        let mut holder = environment(&mut holder, folder.path())
            .args(["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"])
            .args(["--mount-proc", "--", "/bin/sh", "-c", HOLD, "sh"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let _ = BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        assert_eq!(said, "ready\n", "the tests of the image need root's rights");
        let children = format!("/proc/{0}/task/{0}/children", holder.id());
        let first = fs::read_to_string(children).unwrap().trim().to_owned();
        let engine = Self {
            folder: folder.keep(),
            first,
            _holder: holder,
        };
        engine.build();
        engine
    }

    /// A command of this machine's, that sees the engine's processes and mounts.
    #[must_use]
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        environment(&mut command, &self.folder)
            .args(["--target", &self.first, "--mount", "--pid", "--", program])
            .args(arguments);
        command
    }

    /// `podman` with these arguments.
    #[must_use]
    pub fn podman(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command("podman", arguments))
    }

    /// Builds [`IMAGE`], as docs/install.md has it for where there is no registry.
    fn build(&self) {
        let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/build");
        let program = product::packager();
        let flags = [program.to_str().unwrap(), IMAGE];
        let _ = Ran::new(self.command(recipe.to_str().unwrap(), &flags)).expect_success();
    }

    /// Builds the image from sources, as the Dockerfile has it by default; `cargo` stands in for the compiler, and is a shell
    /// script that is run where the sources are.
    ///
    /// # Panics
    /// If it cannot be built.
    pub fn build_from_sources(&self, image: &str, cargo: &str) {
        let context = self.folder();
        fs::write(context.join("cargo"), format!("#!/bin/sh\nset -eu\n{cargo}")).unwrap();
        let builder = "FROM localhost/packager-base\nCOPY --chmod=0755 cargo /usr/local/bin/cargo\n\
                       RUN ln -s /bin/true /usr/local/bin/strip\n";
        fs::write(context.join("Dockerfile"), builder).unwrap();
        let build = |flags: &[&str]| {
            let flags = [
                &["build", "--isolation", "chroot", "--format", "docker", "--layers"],
                flags,
            ]
            .concat();
            let _ = self.podman(&flags).expect_success();
        };
        build(&["--tag", "localhost/builder", context.to_str().unwrap()]);
        let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let stands_in = [
            "BINARY=build",
            "BUILDER=localhost/builder",
            "BASE=localhost/packager-base",
        ];
        let stands_in = stands_in.map(|argument| format!("--build-arg={argument}"));
        let mut flags: Vec<_> = stands_in.iter().map(String::as_str).collect();
        flags.extend(["--tag", image, workspace]);
        build(&flags);
    }

    /// A new folder that containers may be given.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let folder = tempfile::Builder::new().prefix("folder-").tempdir_in(&self.folder);
        let path = folder.unwrap().keep();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

/// What has podman keep all that it keeps in `folder`.
fn environment<'command>(command: &'command mut Command, folder: &Path) -> &'command mut Command {
    command
        .env_clear()
        .env("PATH", PATH)
        .env("CONTAINERS_CONF", folder.join("containers.conf"))
        .env("CONTAINERS_STORAGE_CONF", folder.join("storage.conf"))
        .env("TMPDIR", folder.join("tmp"))
}

/// Has podman keep all that it keeps in `folder`, and find images in `images` too.
fn configure(folder: &Path, images: &Path) {
    let path = folder.display();
    fs::create_dir(folder.join("tmp")).unwrap();
    let storage = format!(
        "[storage]\ndriver = \"overlay\"\ngraphroot = \"{path}/storage\"\nrunroot = \"{path}/run\"\n\
         [storage.options]\nadditionalimagestores = [\"{}\"]\n",
        images.display()
    );
    fs::write(folder.join("storage.conf"), storage).unwrap();
    // Limits are those of this process: to raise one takes a capability that a container which runs tests may lack.
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let limits: Vec<_> = [("nofile", "Max open files"), ("nproc", "Max processes")]
        .iter()
        .filter_map(|(name, row)| Some((name, limits.lines().find_map(|line| line.strip_prefix(row))?)))
        .filter_map(|(name, values)| Some((name, values.split_whitespace().nth(1)?)))
        .filter(|(_, hard)| *hard != "unlimited")
        .map(|(name, hard)| format!("\"{name}={hard}:{hard}\""))
        .collect();
    let engine = format!(
        "[containers]\nnetns = \"none\"\nlog_driver = \"k8s-file\"\ndefault_ulimits = [{}]\n\
         [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\nlock_type = \"file\"\n\
         tmp_dir = \"{path}/libpod\"\n",
        limits.join(", ")
    );
    fs::write(folder.join("containers.conf"), engine).unwrap();
}
