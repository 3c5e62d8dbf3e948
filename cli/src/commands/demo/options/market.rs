//! The market: prices as time passes, and surfaces from time to time.

use super::path;
use super::path::Point;
use super::surface::Published;
use super::surface::Source;
use crate::commands::options::client::OptionsClient;
use anyhow::Context;
use anyhow::Result;
use ballast_deploy::price::price_of;
use ballast_deploy::steps::Local;

/// A surface is published so often, seconds.
const SURFACE_EVERY: i64 = 1_800;

/// Where prices and surfaces come from, and what became of them.
pub struct Market {
    /// The prices, in order of time.
    pub points: Vec<Point>,
    /// What became of the surfaces.
    pub published: Published,
    source: Source,
    surface_at: i64,
}

impl Market {
    /// Returns the market of these prices and surfaces before its first moment.
    pub fn new(points: Vec<Point>, source: Source) -> Self {
        Self {
            points,
            published: Published::default(),
            source,
            surface_at: 0,
        }
    }

    /// Returns a moment with its price, on the line between two points.
    pub fn at(&self, at: i64) -> Point {
        let price = path::between(&self.points, at);
        Point { at, price }
    }

    /// Lets time pass to a moment; then its price is published, the market observed, and from time
    /// to time a surface.
    ///
    /// # Errors
    /// What was refused.
    pub fn publish(&mut self, client: &mut OptionsClient, local: &Local, point: Point) -> Result<()> {
        // A moment that a liquidation has gone past already has its price.
        if self.surface_at > 0 && client.cluster.clock()?.unix_timestamp >= point.at {
            return Ok(());
        }
        client.cluster.advance_to(point.at)?;
        client.cluster.advance_slot()?;
        local.publish_price(client.cluster, price_of(point.price)?)?;
        if point.at - self.surface_at >= SURFACE_EVERY {
            self.surface_at = point.at;
            return self.source.publish(local, client.cluster, &mut self.published);
        }
        client
            .send(&[local.observe()], &[&local.authority])
            .context("the market could not be observed")
    }
}
