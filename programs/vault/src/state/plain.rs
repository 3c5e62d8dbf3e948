//! Fields that lie in memory as Borsh writes them: fixed-size, little-endian, and without padding, which [`Pod`] demands.
//!
//! They are copied whole. Borsh itself would go through every number, which for a vault's policy and watch costs more compute units than all
//! of its breakers' arithmetic.

use anchor_lang::prelude::borsh::io::{Read, Result, Write};
use bytemuck::Pod;

/// For `serialize_with`.
pub fn write<T: Pod, W: Write>(value: &T, writer: &mut W) -> Result<()> {
    writer.write_all(bytemuck::bytes_of(value))
}

/// For `deserialize_with`.
pub fn read<T: Pod, R: Read>(reader: &mut R) -> Result<T> {
    let mut value = T::zeroed();
    reader.read_exact(bytemuck::bytes_of_mut(&mut value))?;
    Ok(value)
}
