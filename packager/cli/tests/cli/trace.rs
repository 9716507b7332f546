//! What libraries log at their most talkative.

use rustix::process::Signal;

use crate::memory::ask;
use crate::support::{Place, Service, only_package, stderr};

const SECRET: &str = "marked-Pq5nVb2L8e-secret";
const HOST: &str = "marked-h0stn4me.example";

#[test]
fn no_secret_is_logged_at_any_level() {
    for filter in [
        "trace",
        "off,actix_http=trace,h2=trace,hyper=trace,actix_web=trace,mio=trace,tokio=trace,sled=trace",
    ] {
        let place = Place::new();
        let service = Service::start_with(
            &place,
            &["--log", &format!("{filter},packager_service=trace")],
            |command| command,
        );
        let url = format!("https://{HOST}");
        let asked = [
            "package",
            "--type",
            "deb",
            "--fleet-url",
            &url,
            "--enroll-secret",
            SECRET,
        ];
        let output = place.run(&[&asked[..], &["--remote", &service.url]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let id = only_package(&place);
        let body = format!(r#"{{"type":"deb","fleet_url":"{url}","enroll_secret":"{SECRET}","no_such_field":1}}"#);
        ask(&service, "POST /create", &body);
        // Not even JSON, nor HTTP.
        ask(&service, "POST /create", &format!("{url} {SECRET}"));
        ask(&service, &format!("POST /create?{SECRET} {HOST}"), &body);
        ask(&service, &format!("GET /download/{id}"), "");
        ask(&service, &format!("DELETE /download/{id}"), "");
        let (_, log) = service.stop(Signal::TERM);
        assert!(log.contains("\"DEBUG\"") || filter.starts_with("off"), "{filter}");
        assert!(
            !log.lines()
                .any(|line| line.contains("\"TRACE\"") && !line.contains("packager")),
            "{filter}"
        );
        let leaks: Vec<_> = log
            .lines()
            .filter(|line| [SECRET, HOST, &id].iter().any(|private| line.contains(private)))
            .map(|line| &line[..line.len().min(600)])
            .collect();
        assert!(leaks.is_empty(), "{filter}: {leaks:#?}");
        // Bytes may be printed as numbers.
        let numbers: Vec<_> = SECRET.bytes().take(8).map(|byte| byte.to_string()).collect();
        assert!(!log.contains(&numbers.join(", ")), "{filter}");
    }
}
