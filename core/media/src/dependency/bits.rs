//! Bits in the order of the specification: the highest of each byte first (AV1 RTP payload specification, A.8.1).

use super::Malformed;

/// Takes bits off bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// How many bits were taken.
    taken: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, taken: 0 }
    }

    /// A number of so many bits, 32 at most: `f(n)`.
    pub(super) fn take(&mut self, width: u32) -> Result<u32, Malformed> {
        let mut value = 0;
        for _ in 0..width {
            let byte = self.bytes.get(self.taken / 8).ok_or(Malformed::Cut)?;
            value = value << 1 | u32::from(byte >> (7 - self.taken % 8) & 1);
            self.taken += 1;
        }
        Ok(value)
    }

    /// The same of eight bits at most, as it is kept.
    pub(super) fn take_small(&mut self, width: u32) -> Result<u8, Malformed> {
        // No more than the low eight bits can be set.
        self.take(width.min(8)).map(|value| value as u8)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Malformed> {
        self.take(1).map(|bit| bit == 1)
    }

    /// A number below `values`, of which there is at least one: `ns(n)`.
    pub(super) fn below(&mut self, values: u32) -> Result<u32, Malformed> {
        let (width, short) = widths(values);
        let value = self.take(width - 1)?;
        if value < short { Ok(value) } else { Ok((value << 1) - short + self.take(1)?) }
    }
}

/// Puts bits into bytes; what is left of the last byte is zero.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    used: usize,
}

impl Writer {
    pub(super) fn put(&mut self, width: u32, value: u32) {
        for place in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> place & 1 == 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.put(1, u32::from(value));
    }

    /// See [`Reader::below`].
    pub(super) fn put_below(&mut self, values: u32, value: u32) {
        let (width, short) = widths(values);
        if value < short { self.put(width - 1, value) } else { self.put(width, value + short) }
    }
}

/// The longer of the two widths in which numbers below `values` are written, and how many of them have the shorter one.
fn widths(values: u32) -> (u32, u32) {
    let width = values.max(1).ilog2() + 1;
    (width, (1 << width) - values.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_another_is_read_as_it_was_written() {
        for values in 1..=33 {
            for value in 0..values {
                let mut writer = Writer::default();
                writer.put_below(values, value);
                writer.put(3, 0b101);
                let mut reader = Reader::new(&writer.bytes);
                assert_eq!(
                    (reader.below(values).unwrap(), reader.take(3).unwrap()),
                    (value, 0b101),
                    "{value} of {values}"
                );
            }
        }
    }

    #[test]
    fn the_numbers_below_five_are_those_of_the_specification() {
        let written = |value| {
            let mut writer = Writer::default();
            writer.put_below(5, value);
            (writer.bytes[0], writer.used)
        };
        let bits = [(0b0000_0000, 2), (0b0100_0000, 2), (0b1000_0000, 2), (0b1100_0000, 3), (0b1110_0000, 3)];
        assert_eq!([0, 1, 2, 3, 4].map(written), bits);
    }

    #[test]
    fn nothing_is_taken_behind_the_end() {
        let mut reader = Reader::new(&[0xff]);
        assert_eq!(reader.take(8).unwrap(), 255);
        assert_eq!(reader.take(0).unwrap(), 0);
        assert!(reader.take(1).is_err());
    }
}
