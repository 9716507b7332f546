//! A container engine of a test's own: podman with runc, in namespaces that end with the test, and a store of images on top of
//! the one that `make image-system` makes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::product;
use crate::ran::Ran;
use crate::system::PATH;

/// Holds the namespaces for as long as somebody holds the other end of standard input.
const HOLD: &str = "echo ready; exec >/dev/null; cat";

/// Where `make image-system` puts what lies beneath the program, and tests what they make of it.
fn images() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/image")
}

/// The engine. Dropping it ends all containers and removes all that it made.
pub struct Engine {
    folder: TempDir,
    holder: Child,
    /// The first process in the namespaces.
    first: String,
}

impl Engine {
    /// Starts it, without images but what lies beneath the program.
    ///
    /// # Panics
    /// Without root's rights or that store of images, and says what to do.
    #[must_use]
    pub fn start() -> Self {
        let images = images().canonicalize().unwrap_or_default();
        assert!(
            images.join("storage").is_dir(),
            "the scenarios of the image need target/image: `make image-system` makes it"
        );
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&images).unwrap();
        configure(folder.path(), &images.join("storage"));
        let mut holder = Command::new("/usr/bin/unshare")
            .args(["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"])
            .args(["--mount-proc", "--", "/bin/sh", "-c", HOLD])
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
        Self { folder, holder, first }
    }

    /// A command of this machine's, that sees the engine's processes and mounts.
    #[must_use]
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let path = |name: &str| self.folder.path().join(name);
        let mut command = Command::new("/usr/bin/nsenter");
        command
            .env_clear()
            .env("PATH", PATH)
            .env("CONTAINERS_CONF", path("containers.conf"))
            .env("CONTAINERS_STORAGE_CONF", path("storage.conf"))
            .env("TMPDIR", path("tmp"))
            .args(["--target", &self.first, "--mount", "--pid", "--", program])
            .args(arguments);
        command
    }

    /// `podman` with these arguments.
    #[must_use]
    pub fn podman(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command("podman", arguments))
    }

    /// Builds the image around the program under test, as docs/install.md has it for where there is no registry.
    ///
    /// # Panics
    /// If it cannot be built.
    pub fn build(&self, image: &str) {
        let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/build");
        let program = product::packager();
        let flags = [program.to_str().unwrap(), image];
        let _ = Ran::new(self.command(recipe.to_str().unwrap(), &flags)).expect_success();
    }

    /// Builds the image from sources, as the Dockerfile has it by default; `cargo` stands in for the compiler, and is a shell
    /// script that is run where the sources are.
    ///
    /// # Panics
    /// If it cannot be built.
    pub fn build_from_sources(&self, image: &str, cargo: &str) {
        let context = self.folder("builder");
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
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The engine removes the containers' cgroups, which would outlive their processes.
        let _ = self.podman(&["rm", "--all", "--force", "--time", "0"]);
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
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
