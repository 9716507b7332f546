//! All connections of a listener: how many there are, in all and from each client, and which of them are idle.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::{Cut, Pace};
use crate::http::{AddressKey, TrustedProxies};

/// Most connections that make room at once. To find them all connections are looked at, which a flood of new ones
/// should not cause each time.
const MOST_AT_ONCE: usize = 32;
/// The share of all connections that makes room at once, at most: one in so many.
const SHARE: usize = 8;

/// The limits of all connections of a listener together.
#[derive(Debug, Clone)]
pub(crate) struct CrowdLimits {
    /// Most connections.
    pub(crate) connections: usize,
    /// Most connections from one client address (IPv6: each /64).
    pub(crate) connections_per_client: usize,
    /// Who is no client, but carries the requests of many.
    pub(crate) proxies: TrustedProxies,
}

/// The connections of a listener.
pub(crate) struct Crowd {
    limits: CrowdLimits,
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    next: u64,
    all: HashMap<u64, Member>,
    by_client: HashMap<AddressKey, usize>,
}

struct Member {
    pace: Arc<Pace>,
    client: Option<AddressKey>,
}

impl Crowd {
    /// Nobody yet.
    pub(crate) fn new(limits: CrowdLimits) -> Self {
        Self {
            limits,
            members: Mutex::default(),
        }
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `peer`. Where the crowd is full, connections that have been idle longest make room.
    ///
    /// # Errors
    /// [`Cut::Crowded`] if the client has as many connections as it may, [`Cut::Full`] if the crowd is full and none of
    /// it is idle.
    pub(super) fn enter(self: &Arc<Self>, peer: Option<SocketAddr>, pace: &Arc<Pace>) -> Result<Place, Cut> {
        let client = peer.map(|peer| peer.ip().to_canonical());
        let client = client.filter(|client| !self.limits.proxies.trusts(*client));
        let client: Option<AddressKey> = client.map(IpAddr::into);
        let mut members = self.members();
        let from_client = client.and_then(|client| members.by_client.get(&client).copied());
        if from_client.unwrap_or(0) >= self.limits.connections_per_client {
            return Err(Cut::Crowded);
        }
        if members.all.len() >= self.limits.connections {
            members.make_room();
        }
        if members.all.len() >= self.limits.connections {
            return Err(Cut::Full);
        }
        let id = members.add(Member {
            pace: Arc::clone(pace),
            client,
        });
        drop(members);
        Ok(Place {
            crowd: Arc::clone(self),
            id,
        })
    }
}

impl Members {
    fn add(&mut self, member: Member) -> u64 {
        if let Some(client) = member.client {
            *self.by_client.entry(client).or_insert(0) += 1;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.all.insert(id, member);
        id
    }

    fn remove(&mut self, id: u64) -> Option<Arc<Pace>> {
        let member = self.all.remove(&id)?;
        if let Some(client) = member.client {
            // A client without connections is forgotten, so that addresses do not pile up.
            match self.by_client.get_mut(&client) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    self.by_client.remove(&client);
                }
            }
        }
        Some(member.pace)
    }

    fn make_room(&mut self) {
        let mut idle: Vec<(Instant, u64)> = self
            .all
            .iter()
            .filter_map(|(id, member)| Some((member.pace.idle_since()?, *id)))
            .collect();
        let count = (self.all.len() / SHARE).clamp(1, MOST_AT_ONCE).min(idle.len());
        if count == 0 {
            return;
        }
        idle.select_nth_unstable(count - 1);
        for (_, id) in idle.into_iter().take(count) {
            if let Some(pace) = self.remove(id) {
                pace.cut(Cut::MadeRoom);
            }
        }
    }
}

/// One connection's place in a crowd.
pub(super) struct Place {
    crowd: Arc<Crowd>,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        // A connection that made room is gone already.
        self.crowd.members().remove(self.id);
    }
}

#[cfg(test)]
#[path = "crowd_tests.rs"]
mod tests;
