//! The data of an instruction of the ed25519 program: who signed what, if it has the one form that cannot be misread.
//!
//! The native program lets an instruction take keys, signatures and messages from anywhere in the transaction. Here all three have to
//! lie in the instruction itself, one after the other, and nothing else: header (16 bytes), key (32), signature (64), message.

/// Where the key lies.
pub const KEY_OFFSET: u16 = 16;
/// Where the signature lies.
pub const SIGNATURE_OFFSET: u16 = 48;
/// Where the message lies.
pub const MESSAGE_OFFSET: u16 = 112;
/// An index that means the instruction itself.
pub const THIS_INSTRUCTION: u16 = u16::MAX;

/// Why an instruction is not taken for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureRefusal {
    /// Shorter than its header says, or longer.
    Length(usize),
    /// Not exactly one signature.
    Count(u8),
    /// The padding is not zero.
    Padding(u8),
    /// The key, the signature or the message is taken from another instruction.
    Instruction(u16),
    /// The key, the signature or the message is not in its place.
    Offset(u16),
    /// The key is not the one that has to sign.
    Signer,
}

/// The message that an instruction's `data` shows to be signed by `signer`. The caller has made sure that the instruction is the ed25519 program's,
/// which failed the transaction if the signature is wrong; `index` is the instruction's own index in the transaction.
///
/// # Errors
/// [`SignatureRefusal`].
pub fn signed_message<'a>(data: &'a [u8], index: u16, signer: &[u8; 32]) -> Result<&'a [u8], SignatureRefusal> {
    let length = SignatureRefusal::Length(data.len());
    let (header, rest) = data.split_first_chunk::<16>().ok_or(length)?;
    let [count, padding, fields @ ..] = header;
    if *count != 1 {
        return Err(SignatureRefusal::Count(*count));
    }
    if *padding != 0 {
        return Err(SignatureRefusal::Padding(*padding));
    }
    let [s0, s1, si0, si1, k0, k1, ki0, ki1, m0, m1, n0, n1, mi0, mi1] = *fields;
    let word = |low, high| u16::from_le_bytes([low, high]);
    for from in [word(si0, si1), word(ki0, ki1), word(mi0, mi1)] {
        if from != THIS_INSTRUCTION && from != index {
            return Err(SignatureRefusal::Instruction(from));
        }
    }
    for (got, expected) in [
        (word(s0, s1), SIGNATURE_OFFSET),
        (word(k0, k1), KEY_OFFSET),
        (word(m0, m1), MESSAGE_OFFSET),
    ] {
        if got != expected {
            return Err(SignatureRefusal::Offset(got));
        }
    }
    let (key, rest) = rest.split_first_chunk::<32>().ok_or(length)?;
    let (_, message) = rest.split_first_chunk::<64>().ok_or(length)?;
    if message.len() != usize::from(word(n0, n1)) {
        return Err(length);
    }
    if key != signer {
        return Err(SignatureRefusal::Signer);
    }
    Ok(message)
}
