//! File descriptors: as many as the system lets us have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors beside those of connections: listeners, logs, the store's files, the update repository.
const OTHERS: u64 = 512;
/// Descriptors of a connection: its socket, and the file that it is being sent.
const EACH: u64 = 2;

/// Raises the soft limit on open files to the hard one, and warns if that is too low for so many connections. Beyond the
/// limit no connection could be taken, and no file opened.
pub(crate) fn raise_descriptor_limit(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    let needed = needed(connections);
    // None stands for no limit.
    if let Some(current) = current.filter(|current| *current < needed) {
        tracing::warn!(
            limit = current,
            needed,
            "the limit on open files is too low for max_connections: raise it (LimitNOFILE in systemd, ulimit -n), or \
             lower max_connections"
        );
    }
}

/// How many descriptors so many connections need.
fn needed(connections: usize) -> u64 {
    u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_mul(EACH)
        .saturating_add(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_needs_a_socket_and_a_file() {
        assert_eq!(needed(8192), 16_896);
        assert_eq!(needed(usize::MAX), u64::MAX);
    }

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        raise_descriptor_limit(1);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
