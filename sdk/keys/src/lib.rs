//! Key files: the one reader, and the one writer.
//!
//! [`parse`] tells a key's form by its contents, [`read`] reads a file and says whether others can
//! read it too, [`write_new`] makes a file and never touches one that is there, [`may_be_key`] says
//! what nothing may be written over. No message of this crate holds anything of a key's contents.

mod bytes;
mod error;
mod file;
mod form;
mod phrase;
mod suspicion;

pub use error::{FormError, KeyFileError};
pub use file::{read, write_new, KeyFile};
pub use form::{parse, Contents, Form, Half};
pub use phrase::{Derivation, Phrase};
pub use suspicion::may_be_key;
