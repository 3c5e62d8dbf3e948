//! The kernels of both tiers: their errors against vectors of 50 digits, and their shape (range, symmetry, monotonicity).

mod accuracy;
mod junctions;
mod shape;
mod tier;
