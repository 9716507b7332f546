# The two commands are `make demo` and `make test`. Both install what the system lacks.

SHELL := /bin/bash
CARGO ?= cargo
# What Debian calls the tools that the tests check packages with.
TEST_PACKAGES := apt-utils binutils binutils-mingw-w64-x86-64 build-essential cabextract cpio createrepo-c curl \
	debian-archive-keyring debootstrap debsig-verify dnf dpkg-dev gcab gnupg libarchive-tools libengine-pkcs11-openssl \
	lintian makepkg opensc openssl osslsigncode p7zip-full pacman-package-manager procps python3 python3-pip \
	python3-venv rpm rpm2cpio rpmlint softhsm2 systemd systemd-container xz-utils zstd
# What makes the sample programs for Windows, which a test compares with those that are there.
TEST_PACKAGES += clang-14 gcc-mingw-w64-x86-64-win32 lld-14 llvm-14
# What the pages of docs run: proxies, a reader of JSON, and what reads the alerts.
TEST_PACKAGES += caddy jq nginx-light prometheus
# What completes the command line, and what formats its manual pages.
TEST_PACKAGES += bash bsdutils fish groff-base mandoc zsh
# What installs msi packages, and what makes and reads them beside us.
TEST_PACKAGES += msitools wine wine64 wixl
# What shows the page. npm comes with Node.js where that is not Debian's.
TEST_PACKAGES += chromium fonts-dejavu-core $(if $(shell command -v npm),,nodejs npm)
# What builds and runs the image, and checks the compose file.
TEST_PACKAGES += docker-compose podman runc
# What makes the deb of the service.
TEST_PACKAGES += debhelper
DEB_PACKAGES := build-essential debhelper dpkg-dev
IMAGE_PACKAGES := binutils debootstrap podman runc
DEMO_PACKAGES := build-essential dpkg xz-utils
# What the service is measured against.
BENCH_PACKAGES := build-essential cpio dpkg-dev libarchive-tools msitools nginx-light openssl osslsigncode rpm wixl xz-utils zstd
# The Debian releases that the scenarios install packages on.
SUITES := bullseye bookworm trixie
CHROOTS := $(SUITES:%=target/chroots/%)

.PHONY: demo test test-browser lint bench pictures image deb
.PHONY: chroot $(CHROOTS) wine image-system test-tools demo-tools bench-tools image-tools deb-tools

# What `make image` calls the image.
IMAGE ?= localhost/fleet-packager

demo: demo-tools
	$(CARGO) run --release --locked -p packager -- demo $(DEMO_FLAGS)

# They start the program that is there: after the others, the one that was tested.
BROWSER_TESTS := cd tests/browser && node --test unit/*.test.js page/*.test.js

test: test-tools .venv/installed tests/browser/node_modules/installed chroot wine image-system
	$(CARGO) test --locked --workspace
	$(BROWSER_TESTS)

# The page and the button, in Chromium.
test-browser: test-tools tests/browser/node_modules/installed
	$(CARGO) build --locked -p packager
	$(BROWSER_TESTS)

# The pictures in the docs.
pictures: test-tools tests/browser/node_modules/installed
	$(CARGO) build --locked -p packager
	node tests/browser/pictures.js

tests/browser/node_modules/installed: tests/browser/package-lock.json | test-tools
	cd tests/browser && npm ci --no-audit --no-fund
	touch $@

lint:
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --quiet
	@# Faults are for tests: the command that is released has none.
	! $(CARGO) tree --locked -p packager -e normal,build,features | grep -q 'packager-faults feature "inject"'

bench: bench-tools
	$(CARGO) build --release --locked -p packager
	$(CARGO) run --release --locked -p packager --example bench

# The image, where no image registry can be reached: docs/install.md.
image: image-tools
	$(CARGO) build --release --locked -p packager
	docker/build target/release/packager $(IMAGE) $(IMAGE_FLAGS)

# The Debian package of the service, in target/deb.
deb: deb-tools
	$(CARGO) build --release --locked -p packager
	mkdir -p target/deb
	debian/build target/release/packager target/deb

# Installs the packages of a list that are not there.
define install
	@missing=$$(for package in $(1); do \
		dpkg-query -W -f '$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || echo "$$package"; done); \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
		export DEBIAN_FRONTEND=noninteractive; \
		$$as apt-get update -q && $$as apt-get install -q -y --no-install-recommends $$missing; \
	fi
endef

test-tools:
	$(call install,$(TEST_PACKAGES))

bench-tools:
	$(call install,$(BENCH_PACKAGES))

deb-tools:
	$(call install,$(DEB_PACKAGES))

image-tools:
	$(call install,$(IMAGE_PACKAGES))

demo-tools:
	$(call install,$(DEMO_PACKAGES))

# python-tuf, which writes repositories that the client must read; schemathesis, which holds the service against its document;
# Grafana's types, which read the dashboard.
.venv/installed: fixtures/tuf/requirements.txt fixtures/schemathesis/requirements.txt \
		fixtures/grafana/requirements.txt | test-tools
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(patsubst %,-r %,$(filter %.txt,$^))
	touch $@

# The systems that the scenarios install packages in, side by side: a system is made by waiting for the archive as much
# as by unpacking. The recipe leaves alone what it made before.
chroot: test-tools
	@$(MAKE) --no-print-directory --jobs=$(words $(SUITES)) $(CHROOTS)

$(CHROOTS): target/chroots/%:
	fixtures/chroot/make $@ $*

# The Windows that the scenarios install packages in. The recipe leaves alone what it made before.
wine: test-tools
	fixtures/wine/make target/wine

# What lies beneath the program in the image. The recipe leaves alone what it made before.
image-system: test-tools
	fixtures/image/make target/image
