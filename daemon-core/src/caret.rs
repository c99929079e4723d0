//! A message with a caret line into the text it is about, built while compiling or at run time by the same code.
//!
//! All of it is `const` and without allocation. What is wrong is decided elsewhere.

/// A short text built without allocation, so that a `const` panic can carry it.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; 400],
    len: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 400], len: 0 }
    }

    pub(crate) const fn push(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        // A very long literal is cut: the caret line of a page-long text helps nobody.
        while i < bytes.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// The part `at..at + len` of `of`, which may cut a character.
    pub(crate) const fn push_part(self, of: &str, at: usize, len: usize) -> Self {
        match std::str::from_utf8(of.as_bytes().split_at(at).1.split_at(len).0) {
            Ok(part) => self.push(part),
            Err(_) => self.push("?"),
        }
    }

    /// Two more lines: `of`, and below it carets under `at..at + len`.
    pub(crate) const fn point_into(self, of: &str, at: usize, len: usize) -> Self {
        let mut text = self.push("\n    ").push(of).push("\n    ");
        let bytes = of.as_bytes();
        let mut i = 0;
        while i < bytes.len() && i < at + len {
            // Bytes inside a character take no column of their own.
            if bytes[i] & 0xC0 != 0x80 {
                text = text.push(if i < at { " " } else { "^" });
            }
            i += 1;
        }
        text
    }

    pub(crate) const fn as_str(&self) -> &str {
        let mut end = self.len;
        loop {
            match std::str::from_utf8(self.bytes.split_at(end).0) {
                Ok(text) => return text,
                // Cut inside a character: give up its first bytes.
                Err(_) => end -= 1,
            }
        }
    }
}
