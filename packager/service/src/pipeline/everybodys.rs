//! Orders whose package is everybody's: they wait for it, if it is not there.

use packager_spec::PackageSpec;
use packager_store::{Error, Record, Retry, Stage};

use super::fulfil::Fulfilment;
use super::order::Order;
use super::stock::refill;
use crate::build::{BuildError, Built};

/// How often a package for everybody that was made and is gone again is ordered.
const ORDERS: usize = 3;

impl Fulfilment<'_> {
    /// Everybody's package, with this order's profile; `None` if the next process is to go on.
    pub(super) async fn everybodys(&mut self, spec: &PackageSpec) -> Result<Option<Built>, BuildError> {
        let shop = self.shop;
        for _ in 0..ORDERS {
            if let Some(built) = shop.builder.everybodys(spec).await? {
                self.refill(spec).await;
                return Ok(Some(built));
            }
            self.let_go();
            let made = tokio::select! {
                biased;
                made = self.have_it_made(spec) => made?,
                () = shop.stop.cancelled() => return Ok(None),
            };
            if let Some(Record::Failed(failed)) = made {
                return Err(BuildError::Everybodys(failed.logs));
            }
        }
        Err(BuildError::Defect)
    }

    /// Sees to it that there will be one of the newest release.
    async fn refill(&self, spec: &PackageSpec) {
        let shop = self.shop;
        let Some(spec) = spec.for_everybody() else { return };
        if let Some(wanted) = &shop.orders.wanted {
            wanted.note(&spec);
        }
        if let Ok(release) = shop.builder.release_of(&spec, shop.clock.now()) {
            refill(&shop.builder, &shop.orders, spec, release).await;
        }
    }

    /// Orders it, if nobody has, and waits for its end.
    async fn have_it_made(&self, spec: &PackageSpec) -> Result<Option<Record>, BuildError> {
        let shop = self.shop;
        let spec = spec.for_everybody().ok_or(BuildError::Defect)?;
        shop.store.set_stage(self.id, Stage::Fetching);
        let release = shop.builder.current_release_of(&spec, shop.clock.now()).await?;
        let order = Order::ForEverybody { spec, release };
        let id = match shop.orders.take(&order, Retry::No).await {
            Err(Error::Limited(until)) => return Err(BuildError::NoPlace(until)),
            id => id?,
        };
        shop.store.set_stage(self.id, Stage::Notarizing);
        Ok(shop.orders.end_of(id).await?)
    }
}
