//! Messages one after another: each after its length as a varint, as protobuf's libraries do it.

/// A message with its length before it.
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(message.len().saturating_add(4));
    // A vector grows: there is always room for a varint.
    let _ = prost::encode_length_delimiter(message.len(), &mut framed);
    framed.extend_from_slice(message);
    framed
}

/// The length that a whole varint states; nothing if it is not one.
#[must_use]
pub fn frame_len(varint: &[u8]) -> Option<usize> {
    prost::decode_length_delimiter(varint).ok()
}
