//! One file per instruction, named by its verb.

pub mod assess;
pub mod close_submission;
pub mod create_market;
pub mod create_surface;
pub mod declare_silence;
pub mod feeders;
pub mod observe;
pub mod open_submission;
pub mod publish_surface;
pub mod set_grid;
pub mod submit_surface;

pub use assess::*;
pub use close_submission::*;
pub use create_market::*;
pub use create_surface::*;
pub use declare_silence::*;
pub use feeders::*;
pub use observe::*;
pub use open_submission::*;
pub use publish_surface::*;
pub use set_grid::*;
pub use submit_surface::*;
