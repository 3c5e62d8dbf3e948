//! Each refusal of the surface's instructions, by its own error, with nothing changed.

mod governance;
mod publications;
mod submissions;

use ballast_risk::errors::RiskError;
use ballast_testkit::surface::smile;
use ballast_testkit::{error_code, SurfaceFixture};

fn code(error: RiskError) -> u32 {
    u32::from(error)
}

/// Returns three feeders, three required, all of one mind, ready to publish.
fn ready() -> SurfaceFixture {
    let mut world = SurfaceFixture::new(3, 3);
    world.submit_all(&[smile(0.6, -0.2), smile(0.6, -0.2), smile(0.6, -0.2)]);
    world
}

/// Panics unless `act` is refused with `expected` and that no account changed.
fn refused(world: &mut SurfaceFixture, expected: RiskError, act: impl FnOnce(&mut SurfaceFixture) -> u32) {
    let before = world.fingerprint();
    let got = act(world);
    assert_eq!(got, code(expected), "{expected:?}");
    assert_eq!(world.fingerprint(), before, "{expected:?} changed something");
}

fn publish(world: &mut SurfaceFixture) -> u32 {
    error_code(&world.publish())
}
