//! Restarts while Apple looks at a package.

use packager_test_apple::{Apple, Endpoint, Fault};

use super::world::{Notarizing, ticket};
use crate::harness::{SECRET, contains, everything_below};
use crate::macos::pkg;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_goes_on_with_the_submission_that_was_made() {
    // While Apple looks at it, while it is uploaded, and while there is no ticket yet.
    for endpoint in [Endpoint::Status, Endpoint::Upload, Endpoint::Ticket] {
        let world = Notarizing::start().await;
        world.apple.fail(endpoint, [Fault::Stall]);
        let id = world.service.create(&pkg(SECRET)).await;
        {
            let stalled = world.apple.stalled();
            let mut stalled = std::pin::pin!(stalled);
            while futures_util::FutureExt::now_or_never(stalled.as_mut()).is_none() {
                world.let_time_go_by().await;
            }
        }
        let uploads = world.apple.requests(Endpoint::Upload);
        // Nothing of it is readable on the disk.
        for (path, bytes) in everything_below(&world.service.world.data()) {
            for secret in [SECRET, "session1/+==", "secret/1+key"] {
                assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
            }
        }
        let world = world.restart(&[]).await;
        let (status, _) = world.finished(&id).await;
        assert_eq!(status["status"], "success", "{endpoint:?}: {status}");
        let bytes = world.bytes(&id).await;
        assert_eq!(ticket(&bytes), Apple::ticket_of(&bytes));
        assert_eq!(
            (world.apple.submissions(), world.apple.uploads()),
            (1, 1),
            "{endpoint:?}"
        );
        if endpoint != Endpoint::Upload {
            assert_eq!(world.apple.requests(Endpoint::Upload), uploads);
        }
        world.assert_no_complaints();
    }
}
