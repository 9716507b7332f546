use super::*;

fn promising(bench: &Bench, signature_url: Option<&str>, profile_url: Option<&str>) -> Success {
    Success {
        signature_url: signature_url.map(str::to_owned),
        profile_url: profile_url.map(str::to_owned),
        ..bench.promised()
    }
}

#[tokio::test]
async fn what_goes_with_a_package_is_fetched_from_where_the_status_says() {
    let busy = Reply::new(429, "").with_header("retry-after", "7");
    let bench = Bench::new([Reply::new(200, "signature"), busy, Reply::new(200, "profile")]);
    let base = bench.server.url();
    let promised = promising(
        &bench,
        Some(base.join("a").unwrap().as_str()),
        Some(base.join("b").unwrap().as_str()),
    );
    let signature = bench.service.signature(&promised).await.unwrap();
    assert_eq!(signature.unwrap().as_slice(), b"signature");
    assert_eq!(bench.service.profile(&promised).await.unwrap().as_slice(), b"profile");
    let lines: Vec<_> = bench
        .server
        .requests()
        .iter()
        .map(|request| request.line().to_owned())
        .collect();
    assert_eq!(lines, ["GET /a HTTP/1.1", "GET /b HTTP/1.1", "GET /b HTTP/1.1"]);
    assert_eq!(bench.pauses.milliseconds(), [7000]);
}

#[tokio::test]
async fn a_package_may_have_no_signature_but_not_no_profile_that_it_needs() {
    let bench = Bench::new([]);
    let promised = promising(&bench, None, None);
    assert!(bench.service.signature(&promised).await.unwrap().is_none());
    assert!(matches!(
        bench.service.profile(&promised).await.unwrap_err(),
        Error::Answer(_)
    ));
}

#[tokio::test]
async fn what_is_promised_and_not_there_or_without_end_is_refused() {
    for (reply, exit_status) in [
        (Reply::new(404, ""), ExitStatus::Refused),
        (Reply::new(410, ""), ExitStatus::Expired),
        (Reply::new(500, ""), ExitStatus::Unreachable),
        (Reply::new(200, ""), ExitStatus::Corrupt),
        (Reply::new(206, "part"), ExitStatus::Protocol),
        (Reply::new(204, ""), ExitStatus::Protocol),
        (Reply::new(200, &"x".repeat((1 << 20) + 1)), ExitStatus::Protocol),
        (Reply::new(200, &"x".repeat(1 << 16)).endless(), ExitStatus::Protocol),
    ] {
        let bench = Bench::new([reply]);
        let url = bench.server.url().join("x").unwrap();
        let promised = promising(&bench, None, Some(url.as_str()));
        let error = bench.service.profile(&promised).await.unwrap_err();
        assert_eq!(error.exit_status(), exit_status, "{error}");
    }
    for url in ["", "/download/x/profile", "file:///etc/passwd", "ftp://x/"] {
        let bench = Bench::new([]);
        let promised = promising(&bench, Some(url), Some(url));
        let error = bench.service.profile(&promised).await.unwrap_err();
        assert!(matches!(error, Error::Answer("its profile_url is not one")), "{error}");
        assert!(bench.service.signature(&promised).await.is_err());
    }
}
