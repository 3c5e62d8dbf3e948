//! End-to-end suites; see `suite/`.
