use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::BodyError;
use crate::limits::Pace;

/// Ends in an error when the next piece is not there by the time that `pace`, counted from
/// `start`, allows for what has arrived.
pub(crate) fn paced<S>(stream: S, start: Instant, pace: Pace) -> impl Stream<Item = Result<Bytes, BodyError>>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    stream::try_unfold((stream, 0_u64), move |(mut stream, received)| async move {
        let deadline = start + pace.allowance(received);
        let next = timeout_at(deadline, stream.next())
            .await
            .map_err(|_| BodyError::TooSlow)?;
        let Some(piece) = next.transpose()? else {
            return Ok(None);
        };
        let received = received.saturating_add(piece.len() as u64);
        Ok(Some((piece, (stream, received))))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::TryStreamExt;
    use tokio::time::sleep;

    use super::*;

    const PACE: Pace = Pace {
        grace: Duration::from_secs(10),
        bytes_per_second: 100,
    };

    /// `count` pieces of `piece_bytes`, one every `interval`. (The runtime's clock is paused.)
    async fn read(count: u32, piece_bytes: usize, interval: Duration) -> Result<(), BodyError> {
        let drip = stream::iter(0..count)
            .then(move |_| async move {
                sleep(interval).await;
                Ok(Bytes::from(vec![0; piece_bytes]))
            })
            .boxed();
        paced(drip, Instant::now(), PACE)
            .try_for_each(|_| async { Ok(()) })
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_keeps_the_pace_may_take_its_time() {
        read(1000, 100, Duration::from_secs(1)).await.unwrap();
        read(1, 1, Duration::from_millis(9_999)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_ends_soon_after_the_grace() {
        let start = Instant::now();
        let result = read(u32::MAX, 1, Duration::from_secs(1)).await;
        assert!(matches!(result, Err(BodyError::TooSlow)));
        assert!(start.elapsed() < Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_ends_after_the_grace() {
        let result = read(1, 1, Duration::from_millis(10_001)).await;
        assert!(matches!(result, Err(BodyError::TooSlow)));
    }
}
