# The service's image: one binary, the certificate authorities, what signs msi packages, and a user that owns nothing but its data.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p packager

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libengine-pkcs11-openssl osslsigncode \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/packager --shell /usr/sbin/nologin packager \
 && install -d -o packager -g packager -m 0700 /var/lib/packager
COPY --from=build /src/target/release/packager /usr/local/bin/packager
USER packager
ENV PACKAGER_LISTEN=0.0.0.0:8080 \
    PACKAGER_DATA_DIR=/var/lib/packager
VOLUME /var/lib/packager
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["packager", "healthcheck"]
ENTRYPOINT ["packager"]
CMD ["serve"]
