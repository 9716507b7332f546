use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::BodyError;

/// Passes on at most `limit_bytes`; the piece that exceeds them becomes an error.
pub(crate) fn bounded(
    stream: impl Stream<Item = Result<Bytes, BodyError>>,
    limit_bytes: u64,
) -> impl Stream<Item = Result<Bytes, BodyError>> {
    let mut remaining = limit_bytes;
    stream.map(move |piece| {
        let piece = piece?;
        remaining = remaining
            .checked_sub(piece.len() as u64)
            .ok_or(BodyError::TooLong { limit_bytes })?;
        Ok(piece)
    })
}

#[cfg(test)]
mod tests {
    use futures_util::{TryStreamExt, stream};

    use super::*;

    async fn read(pieces: &[&'static [u8]], limit_bytes: u64) -> Result<usize, BodyError> {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        let body: Vec<Bytes> = bounded(stream::iter(pieces), limit_bytes).try_collect().await?;
        Ok(body.iter().map(Bytes::len).sum())
    }

    #[tokio::test]
    async fn a_body_may_fill_its_limit_and_not_exceed_it() {
        assert_eq!(read(&[b"abc", b"de"], 5).await.unwrap(), 5);
        assert_eq!(read(&[], 0).await.unwrap(), 0);
        assert!(matches!(
            read(&[b"abc", b"de"], 4).await,
            Err(BodyError::TooLong { limit_bytes: 4 })
        ));
        assert!(read(&[b"a"], 0).await.is_err());
    }

    #[tokio::test]
    async fn an_endless_body_ends() {
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[0; 1024])));
        let result: Result<Vec<Bytes>, _> = bounded(endless, 10_000).try_collect().await;
        assert!(matches!(result, Err(BodyError::TooLong { .. })));
    }
}
