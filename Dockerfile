# The service's image: one binary, the certificate authorities, what signs msi packages, and a user that owns nothing but its data.
# docs/install.md says how it is built, and how without an image registry.

# Where the program comes from: `build` compiles the sources of the build context; `prebuilt` takes bin/packager of it.
# podman 4.3 has to be told even the default: --build-arg BINARY=build.
ARG BINARY=build
ARG BUILDER=docker.io/library/rust:1-bookworm
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BUILDER} AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p packager \
 && strip target/release/packager \
 && cp target/release/packager /packager

FROM scratch AS prebuilt
COPY bin/packager /packager

FROM ${BINARY} AS program

# All but the program: it changes seldom, and is all that is fetched from Debian.
FROM ${BASE} AS system
RUN export DEBIAN_FRONTEND=noninteractive \
 && apt-get update \
 && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends ca-certificates libengine-pkcs11-openssl osslsigncode \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
 && groupadd --gid 10001 packager \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/packager --shell /usr/sbin/nologin packager \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/packager

FROM system
COPY --from=program /packager /usr/bin/packager
# The number, so that an orchestrator can tell that it is not root.
USER 10001:10001
WORKDIR /var/lib/packager
ENV PACKAGER_LISTEN=0.0.0.0:8080 \
    PACKAGER_DATA_DIR=/var/lib/packager
VOLUME /var/lib/packager
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["packager", "healthcheck"]
ENTRYPOINT ["packager"]
CMD ["serve"]
# Its version and revision are told by who builds it, as docker/build does: --label.
LABEL org.opencontainers.image.title="Fleet Packager" \
      org.opencontainers.image.description="Installers of Fleet's agent over HTTP" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
