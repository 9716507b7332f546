use super::*;

#[tokio::test]
async fn a_busy_service_is_asked_again_when_it_says() {
    let busy = Reply::new(429, "").with_header("retry-after", "7");
    let full = Reply::new(503, "").with_header("retry-after", "30");
    let bench = Bench::new([busy, full, Reply::new(502, ""), created()]);
    bench.create().await.unwrap();
    assert_eq!(bench.pauses.milliseconds(), [7000, 30_000, 1000]);
    assert!(
        bench
            .server
            .requests()
            .iter()
            .all(|request| request.body.contains(SECRET))
    );
}

#[tokio::test]
async fn a_status_may_be_late_too() {
    let busy = Reply::new(429, "").with_header("retry-after", "2");
    let bench = Bench::new([in_progress(), busy, Reply::broken("{"), success()]);
    bench.finished().await.unwrap();
    assert_eq!(bench.pauses.milliseconds(), [250, 2000, 1000]);
}

#[tokio::test]
async fn a_service_that_stays_busy_is_given_up() {
    let bench = Bench::new(vec![Reply::new(503, ""); 9]);
    let error = bench.create().await.unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    assert_eq!(bench.server.requests().len(), 9);
}

#[tokio::test]
async fn a_service_that_wishes_for_a_day_is_given_up_at_once() {
    let problem = r#"{"type":"about:blank","title":"Unavailable","status":503,"detail":"Too many for a day."}"#;
    let bench = Bench::new([Reply::new(503, problem).with_header("retry-after", "86400")]);
    assert_eq!(
        with_causes(&bench.create().await.unwrap_err()),
        "the service is busy: Too many for a day (503 Service Unavailable); try again in 86400 s"
    );
    assert!(bench.pauses.milliseconds().is_empty());
}

#[tokio::test]
async fn a_problem_is_told_with_its_fields_and_without_the_secret() {
    let problem = format!(
        r#"{{"type":"about:blank","title":"Bad Request","status":400,"detail":"2 problems",
            "errors":[{{"field":"fleet_url","detail":"is wrong"}},{{"field":"orbit-channel","detail":"not {SECRET}"}}]}}"#
    );
    let bench = Bench::new([Reply::new(400, &problem)]);
    assert_eq!(
        with_causes(&bench.create().await.unwrap_err()),
        "the service refused: 2 problems: --fleet-url is wrong; --orbit-channel not [redacted] (400 Bad Request)"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_problem_is_told_by_its_status() {
    let bench = Bench::new([Reply::new(404, "<html>")]);
    assert_eq!(
        with_causes(&bench.create().await.unwrap_err()),
        "the service refused: 404 Not Found"
    );
}

#[tokio::test]
async fn a_failed_build_is_told_with_its_logs() {
    let logs = format!(r#"{{"status":"fail","logs":"no such channel ({SECRET})"}}"#);
    let bench = Bench::new([Reply::new(200, &logs)]);
    let error = bench.finished().await.unwrap_err();
    assert_eq!(error.to_string(), "the build failed: no such channel ([redacted])");
    let bench = Bench::new([Reply::new(200, r#"{"status":"expired"}"#)]);
    assert!(matches!(bench.finished().await.unwrap_err(), Error::Expired));
}

#[tokio::test]
async fn answers_outside_the_contract_are_refused() {
    for text in ["", "{}", "[", r#"{"package_id":"../x"}"#] {
        let bench = Bench::new([Reply::new(200, text)]);
        assert!(matches!(bench.create().await.unwrap_err(), Error::Answer(_)), "{text}");
        let bench = Bench::new([Reply::new(200, text)]);
        assert!(
            matches!(bench.finished().await.unwrap_err(), Error::Answer(_)),
            "{text}"
        );
    }
    let bench = Bench::new([Reply::new(200, &" ".repeat((1 << 20) + 1))]);
    assert!(matches!(
        bench.create().await.unwrap_err(),
        Error::Answer("it is too long")
    ));
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let circle = |status| Reply::new(status, "").with_header("location", "{base}/create");
    let bench = Bench::new(vec![circle(307); 20]);
    let error = bench.create().await.unwrap_err();
    assert!(
        with_causes(&error).contains("too many redirects"),
        "{}",
        with_causes(&error)
    );
    assert_eq!(bench.server.requests().len(), 6);
    let bench = Bench::new(vec![circle(302); 20]);
    let error = bench.download(&bench.promised()).await.unwrap_err();
    assert!(
        with_causes(&error).contains("too many redirects"),
        "{}",
        with_causes(&error)
    );
}
