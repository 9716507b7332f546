//! Downloads over TLS that ends in the service, beside nginx with the same certificate.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::download::{self, Server};
use crate::service::Service;

/// Measures downloads of a package that another service has left in the folder `data`.
pub fn downloads(folder: &Path, package: &Path, id: &str) {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.join(name).display().to_string());
    std::fs::write(&chain, identity.cert.pem()).unwrap();
    std::fs::write(&key, identity.signing_key.serialize_pem()).unwrap();
    let reference = format!("file:{key}");
    let settings = ["--prepare", "off", "--tls-certificate", &chain, "--tls-key", &reference];
    let service = Service::start(folder, "data", &settings);
    let mut roots = RootCertStore::empty();
    roots.add(identity.cert.der().clone()).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = Server {
        address: service.address,
        tls: Some(Arc::new(config)),
    };
    let nginx = format!("ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;");
    download::compare(folder, package, &server, id, Some(&nginx));
    download::crowd(&service, &server, id);
}
