use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use rustls::crypto::aws_lc_rs;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

/// A service behind TLS that names a package once; its URL, and its certificate in PEM.
fn tls_service() -> (Url, String) {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![identity.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while !seen.ends_with(b"}") {
            match stream.read(&mut buffer) {
                Ok(read) if read > 0 => seen.extend_from_slice(&buffer[..read]),
                // The client did not like the certificate.
                _ => return,
            }
        }
        let body = format!(r#"{{"package_id":"{ID}"}}"#);
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        stream.conn.send_close_notify();
        let _ = stream.flush();
    });
    (
        Url::parse(&format!("https://localhost:{port}")).unwrap(),
        identity.cert.pem(),
    )
}

/// The id, and how often it was tried again.
async fn create(url: &Url, authority_pem: &str) -> (Result<Uuid, Error>, usize) {
    let connection = Connection {
        private_ca_pem: Some(authority_pem.as_bytes().to_vec()),
        ..Connection::by(Route::Direct)
    };
    let pauses = Arc::new(Recorder::default());
    let service = Service::new(url, &connection, Arc::clone(&pauses) as Arc<dyn Pause>, None).unwrap();
    let id = service.create(&CreateRequest::default()).await;
    (id, pauses.milliseconds().len())
}

#[tokio::test]
async fn a_private_authority_vouches_for_the_service() {
    let (url, certificate) = tls_service();
    assert_eq!(create(&url, &certificate).await.0.unwrap().to_string(), ID);
}

#[tokio::test]
async fn a_service_that_nobody_vouches_for_gets_no_request() {
    let (url, _) = tls_service();
    let (_, other) = tls_service();
    let (id, repetitions) = create(&url, &other).await;
    let error = with_causes(&id.unwrap_err());
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(repetitions, 0);
}
