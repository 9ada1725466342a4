//! x
/// k
#[derive(Clone, PartialEq, Eq)]
pub struct BaseKey([u8; 16]);
impl BaseKey {
    pub(crate) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}
