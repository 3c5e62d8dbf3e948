//! The tests are in `e2e/`, `attacks/` and `invariants/`.
