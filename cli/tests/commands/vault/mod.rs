//! `ballast vault`: depositors who come and go, with a keeper and without one.

mod absence;
mod fees;
mod life;
mod network;
mod operator;
mod refusals;
