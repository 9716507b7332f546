//! HTTPS with a private certificate authority, and servers that ask for the client's certificate.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use packager_targets::{ClientIdentity, HttpSettings, HttpTransport, Proxies};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tough::{IntoVec as _, Transport as _};
use url::Url;

struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Certificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, name: &str) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certificate { certificate, key }
    }
}

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn identity(authority: &Authority) -> ClientIdentity {
    let client = authority.issue("client");
    ClientIdentity {
        certificate_pem: client.certificate.pem().into_bytes(),
        key_pem: client.key.serialize_pem().into_bytes(),
    }
}

/// Answers to clients with a certificate of the authority.
fn serve(authority: &Authority, answer: Vec<u8>) -> Url {
    let own = authority.issue("127.0.0.1");
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let provider = Arc::new(default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(vec![own.certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/file", listener.local_addr().unwrap());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            // A client that does not trust us, or that we do not trust, ends here.
            let mut head = [0; 4096];
            if stream.read(&mut head).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(&answer);
                let _ = stream.flush();
            }
        }
    });
    url.parse().unwrap()
}

/// Answers "hello" to everybody.
fn serve_in_the_clear() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/file", listener.local_addr().unwrap());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(HELLO);
        }
    });
    url.parse().unwrap()
}

async fn fetch(url: &Url, settings: &HttpSettings) -> Option<Vec<u8>> {
    let transport = HttpTransport::new(settings).unwrap();
    transport.fetch(url.clone()).await.ok()?.into_vec().await.ok()
}

#[tokio::test]
async fn a_private_authority_and_a_client_certificate_are_both_needed() {
    let authority = Authority::new();
    let url = serve(&authority, HELLO.to_vec());
    let identity = identity(&authority);
    assert!(!format!("{identity:?}").contains("KEY"));
    let settings = |trusts: bool, identifies: bool| HttpSettings {
        private_ca_pem: trusts.then(|| authority.0.pem().into_bytes()),
        client_identity: identifies.then(|| identity.clone()),
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    assert_eq!(fetch(&url, &settings(false, true)).await, None);
    assert_eq!(fetch(&url, &settings(true, false)).await, None);
    let answer = fetch(&url, &settings(true, true)).await;
    assert_eq!(answer.as_deref(), Some(&b"hello"[..]));
}

#[tokio::test]
async fn no_redirect_leads_out_of_tls() {
    let authority = Authority::new();
    let settings = HttpSettings {
        private_ca_pem: Some(authority.0.pem().into_bytes()),
        client_identity: Some(identity(&authority)),
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    let hello = serve(&authority, HELLO.to_vec());
    for (to, expected) in [(hello, Some(b"hello".to_vec())), (serve_in_the_clear(), None)] {
        let head = format!("HTTP/1.1 302 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        let url = serve(&authority, head.into_bytes());
        assert_eq!(fetch(&url, &settings).await, expected);
    }
}

#[test]
fn a_key_that_does_not_belong_to_its_certificate_is_refused() {
    let authority = Authority::new();
    let (client, other) = (authority.issue("client"), authority.issue("other"));
    let settings = |key: &KeyPair| HttpSettings {
        client_identity: Some(ClientIdentity {
            certificate_pem: client.certificate.pem().into_bytes(),
            key_pem: key.serialize_pem().into_bytes(),
        }),
        ..HttpSettings::default()
    };
    assert!(HttpTransport::new(&settings(&client.key)).is_ok());
    assert!(HttpTransport::new(&settings(&other.key)).is_err());
}
