//! The data of an instruction of the ed25519 program: who signed what, if it has the one form that
//! cannot be misread.
//!
//! The native program lets an instruction take keys, signatures and messages from anywhere in the
//! transaction. Here all three have to lie in the instruction itself, one after the other, and
//! nothing else: header (16 bytes), key (32), signature (64), message.

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
pub enum SignatureError {
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

/// Returns the message that an instruction's `data` shows to be signed by `signer`. The caller has
/// made sure that the instruction is the ed25519 program's, which failed the transaction if the
/// signature is wrong; `index` is the instruction's own index in the transaction.
///
/// # Errors
/// [`SignatureError`].
pub fn signed_message<'a>(data: &'a [u8], index: u16, signer: &[u8; 32]) -> Result<&'a [u8], SignatureError> {
    let length = SignatureError::Length(data.len());
    let (header, rest) = data.split_first_chunk::<16>().ok_or(length)?;
    let [count, padding, fields @ ..] = header;
    if *count != 1 {
        return Err(SignatureError::Count(*count));
    }
    if *padding != 0 {
        return Err(SignatureError::Padding(*padding));
    }
    let [s0, s1, si0, si1, k0, k1, ki0, ki1, m0, m1, n0, n1, mi0, mi1] = *fields;
    let word = |low, high| u16::from_le_bytes([low, high]);
    for from in [word(si0, si1), word(ki0, ki1), word(mi0, mi1)] {
        if from != THIS_INSTRUCTION && from != index {
            return Err(SignatureError::Instruction(from));
        }
    }
    for (got, expected) in [
        (word(s0, s1), SIGNATURE_OFFSET),
        (word(k0, k1), KEY_OFFSET),
        (word(m0, m1), MESSAGE_OFFSET),
    ] {
        if got != expected {
            return Err(SignatureError::Offset(got));
        }
    }
    let (key, rest) = rest.split_first_chunk::<32>().ok_or(length)?;
    let (_, message) = rest.split_first_chunk::<64>().ok_or(length)?;
    if message.len() != usize::from(word(n0, n1)) {
        return Err(length);
    }
    if key != signer {
        return Err(SignatureError::Signer);
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    /// Returns what the usual builders make of a message of five bytes.
    fn instruction() -> [u8; 117] {
        let mut data = [0; 117];
        data[0] = 1;
        for (place, word) in [48, u16::MAX, 16, u16::MAX, 112, 5, u16::MAX].iter().enumerate() {
            data[2 + 2 * place..4 + 2 * place].copy_from_slice(&word.to_le_bytes());
        }
        data[16..48].copy_from_slice(&KEY);
        data[48..112].copy_from_slice(&[9; 64]);
        data[112..].copy_from_slice(b"quote");
        data
    }

    #[test]
    fn the_usual_form_is_read() {
        assert_eq!(signed_message(&instruction(), 3, &KEY), Ok(&b"quote"[..]));
        // The instruction may also be named by its own index.
        let mut data = instruction();
        for place in [4, 8, 14] {
            data[place..place + 2].copy_from_slice(&3u16.to_le_bytes());
        }
        assert_eq!(signed_message(&data, 3, &KEY), Ok(&b"quote"[..]));
        assert_eq!(signed_message(&data, 2, &KEY), Err(SignatureError::Instruction(3)));
    }

    #[test]
    fn any_other_form_is_refused_by_name() {
        for (place, word, refusal) in [
            (2, 49, SignatureError::Offset(49)),
            (4, 0, SignatureError::Instruction(0)),
            (6, 17, SignatureError::Offset(17)),
            (8, 1, SignatureError::Instruction(1)),
            (10, 48, SignatureError::Offset(48)),
            (12, 4, SignatureError::Length(117)),
            (12, 6, SignatureError::Length(117)),
            (14, 2, SignatureError::Instruction(2)),
        ] {
            let mut data = instruction();
            data[place..place + 2].copy_from_slice(&u16::to_le_bytes(word));
            assert_eq!(signed_message(&data, 3, &KEY), Err(refusal), "{place}");
        }
        let mut data = instruction();
        data[0] = 2;
        assert_eq!(signed_message(&data, 3, &KEY), Err(SignatureError::Count(2)));
        data[0] = 0;
        assert_eq!(signed_message(&data, 3, &KEY), Err(SignatureError::Count(0)));
        (data[0], data[1]) = (1, 1);
        assert_eq!(signed_message(&data, 3, &KEY), Err(SignatureError::Padding(1)));
        assert_eq!(signed_message(&instruction(), 3, &[8; 32]), Err(SignatureError::Signer));
        for length in [0, 15, 16, 47, 111, 116] {
            let data = instruction();
            let refused = signed_message(&data[..length], 3, &KEY);
            assert_eq!(refused, Err(SignatureError::Length(length)), "{length}");
        }
    }
}
