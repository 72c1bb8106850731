//! Huffman codes (ITU-T T.81, annexes C and F.1.2) and the bits they are written in.

use super::blocks::Block;

/// Code and its length, bits, of each symbol.
pub(super) struct Codes([(u32, u32); 256]);

impl Codes {
    /// From a table as a file holds it: how many codes there are of each length, and their symbols
    /// (C.2).
    pub(super) fn of(table: &[u8]) -> Option<Self> {
        const LENGTHS: usize = 16;
        let (counts, symbols) = (table.get(..LENGTHS)?, table.get(LENGTHS..)?);
        let mut codes = [(0, 0); 256];
        let (mut code, mut symbols) = (0, symbols.iter());
        for (length, &count) in (1..).zip(counts) {
            for _ in 0..count {
                codes[usize::from(*symbols.next()?)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        Some(Self(codes))
    }
}

/// Bytes written bit by bit.
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Those that are not yet written, in the lowest places.
    held: u64,
    count: u32,
}

impl Bits {
    /// Goes on after `bytes`.
    pub(super) fn after(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            held: 0,
            count: 0,
        }
    }

    /// Difference of a block's mean from that of the one before (F.1.2.1).
    pub(super) fn mean(&mut self, difference: i16, codes: &Codes) {
        self.value(0, difference, codes);
    }

    /// All of a block but its mean (F.1.2.2).
    pub(super) fn rest(&mut self, block: &Block, codes: &Codes) {
        const SIXTEEN_ZEROS: usize = 0xf0;
        const NO_MORE: usize = 0;
        let mut left = block.set & !1;
        let mut next = 1;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let mut zeros = at - next;
            while zeros > 15 {
                let (code, length) = codes.0[SIXTEEN_ZEROS];
                self.put(code, length);
                zeros -= 16;
            }
            self.value(zeros, block.of_zigzag[at as usize], codes);
            next = at + 1;
        }
        if next < 64 {
            let (code, length) = codes.0[NO_MORE];
            self.put(code, length);
        }
    }

    /// A value after `zeros`: a code for its length, then the value itself, one less where negative.
    #[inline]
    fn value(&mut self, zeros: u32, value: i16, codes: &Codes) {
        let value = i32::from(value);
        let size = 32 - value.unsigned_abs().leading_zeros();
        let own = (value - i32::from(value < 0)) as u32 & ((1 << size) - 1);
        let (code, length) = codes.0[(zeros << 4 | size) as usize & 255];
        self.put(code << size | own, length + size);
    }

    #[inline]
    fn put(&mut self, bits: u32, count: u32) {
        self.held = self.held << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let four = ((self.held >> self.count) as u32).to_be_bytes();
            if four.contains(&0xff) {
                for byte in four {
                    self.byte(byte);
                }
            } else {
                self.bytes.extend_from_slice(&four);
            }
        }
    }

    /// A byte that is no marker's beginning (B.1.1.5).
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xff {
            self.bytes.push(0);
        }
    }

    /// The bytes, the last one filled up with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.put(0x7f, 7);
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.held >> self.count) as u8);
        }
        self.bytes
    }
}
