//! `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// How long the service wants to be left alone; `None` when it does not say, or says what is neither form.
///
/// A date is read against the service's own `Date`, so that a wrong clock on either side does no harm; `now` is for services
/// that send none. More seconds than can be counted are [`Duration::MAX`].
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let sent = headers.get(DATE).and_then(date).unwrap_or(now);
    // What has passed is now.
    Some(at.duration_since(sent).unwrap_or_default())
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wish: &str, sent: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, wish.parse().unwrap());
        if let Some(sent) = sent {
            headers.insert(DATE, sent.parse().unwrap());
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        retry_after(&headers, now).map(|wish| wish.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_read() {
        // 784111777 is Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110, section 5.6.7.
        let date = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(read("7", None), Some(7));
        assert_eq!(read(" 0 ", None), Some(0));
        assert_eq!(read(date, None), Some(30));
        // The two obsolete forms, which recipients must read.
        assert_eq!(read("Sunday, 06-Nov-94 08:50:07 GMT", None), Some(30));
        assert_eq!(read("Sun Nov  6 08:50:07 1994", None), Some(30));
        assert_eq!(read(date, Some("Sun, 06 Nov 1994 08:50:00 GMT")), Some(7));
        assert_eq!(read(date, Some("no date")), Some(30));
        assert_eq!(read(date, Some("Sun, 06 Nov 1994 08:55:00 GMT")), Some(0));
    }

    #[test]
    fn what_is_absurd_is_long_and_what_is_neither_is_nothing() {
        assert_eq!(read("99999999999999999999999999", None), Some(u64::MAX));
        assert!(read("Fri, 31 Dec 9999 23:59:59 GMT", None).unwrap() > 1 << 37);
        for wish in [
            "",
            " ",
            "-1",
            "1.5",
            "+7",
            "soon",
            "0x10",
            "Sun, 99 Nov 1994 08:50:07 GMT",
            "7s",
        ] {
            assert_eq!(read(wish, None), None, "{wish:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }
}
