//! Parts of an account that lie in memory as Borsh writes them: fixed-size, little-endian, and
//! without padding, which `Pod` demands.
//!
//! They are copied whole. Borsh as it is derived goes through every number, which for a vault's
//! policy and monitor costs more compute units than all of its breakers' arithmetic. For the
//! interface description the derived form is what is described; a test holds the two together.

use ballast_core_types::UnixTime;

/// Borsh of `Pod` types by copying them. They are to derive it under the feature `idl-build`. With
/// the fields' names, a test that the copy is what deriving it would write.
macro_rules! plain {
    ($type:ident { $($field:ident),* $(,)? }) => {
        #[cfg(not(feature = "idl-build"))]
        impl AnchorSerialize for $type {
            fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
                writer.write_all(bytemuck::bytes_of(self))
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl AnchorDeserialize for $type {
            fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
                let mut value: Self = bytemuck::Zeroable::zeroed();
                reader.read_exact(bytemuck::bytes_of_mut(&mut value))?;
                Ok(value)
            }
        }

        #[cfg(test)]
        impl $type {
            /// Field by field, as Borsh is derived, beside how it lies in memory; and its space.
            pub(crate) fn encodings() -> (Vec<u8>, Vec<u8>, usize) {
                let pattern: Vec<u8> = (0..size_of::<Self>()).map(|index| (index * 7 % 251) as u8).collect();
                let Self { $($field),* } = bytemuck::pod_read_unaligned(&pattern);
                let mut fields = Vec::new();
                $(AnchorSerialize::serialize(&$field, &mut fields).unwrap();)*
                (fields, pattern, <Self as anchor_lang::Space>::INIT_SPACE)
            }
        }
    };
}

/// Returns a moment as it is stored: zero where there is none.
pub(crate) fn moment(at: i64) -> Option<UnixTime> {
    Some(UnixTime(at)).filter(|at| at.0 != 0)
}

/// An account that is one plain part: it is read and written as that.
macro_rules! stored_as {
    ($account:ident, $stored:ident) => {
        impl core::ops::Deref for $account {
            type Target = $stored;

            fn deref(&self) -> &$stored {
                &self.stored
            }
        }

        impl core::ops::DerefMut for $account {
            fn deref_mut(&mut self) -> &mut $stored {
                &mut self.stored
            }
        }
    };
}

pub(crate) use plain;
pub(crate) use stored_as;
