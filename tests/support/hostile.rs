//! Messages that try to look like something else in a log: random, and the same for the same seed.

use log::Level;

/// A source of hostile text.
pub struct Hostile(u64);

/// What hurts logs: line ends of all kinds, escapes, direction changes, lines that look like ours.
const PIECES: &[&str] = &[
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;owned\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}31m",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{200f}",
    "\u{feff}",
    "\n[2026-11-20 07:15:59.123 +01:00] 1 daemon stopped\n",
    "\r[2026-11-20 07:15:59.123 +01:00] 1 daemon+ more",
    "\u{2028}[2026-11-20 07:15:59.123 +01:00] 1 daemon error: forged",
    "[2026-11-20 07:15:59.123 +01:00] 1 daemon stopped",
    "] 1 daemon ",
    "+ ",
    "\\n",
    "%n%s",
    "{}",
    "größer → 10 µs",
];

impl Hostile {
    /// The sequence that `seed` stands for.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// The next random number (xorshift64*).
    pub const fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> usize {
        usize::try_from(self.number() % bound).unwrap_or(0)
    }

    /// Bytes of any value, read as text.
    pub fn noise(&mut self, most: u64) -> String {
        let bytes: Vec<u8> = (0..self.below(most + 1)).map(|_| self.number().to_le_bytes()[7]).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A message: noise and pieces; one of two hundred is longer than a line, one of five thousand far longer than any
    /// record may be.
    pub fn message(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(6) {
            text += &self.noise(24);
            text += PIECES[self.below(PIECES.len() as u64)];
        }
        let times = match self.below(5_000) {
            0 => 400_000 / (text.len() + 1),
            n if n < 25 => 6_000 / (text.len() + 1),
            _ => 0,
        };
        let once = text.clone();
        (0..times).for_each(|_| text += &once);
        text
    }

    /// A label: mostly a good one.
    pub fn label(&mut self) -> String {
        match self.below(4) {
            0 => self.noise(12) + PIECES[self.below(PIECES.len() as u64)],
            _ => "log_hostile".into(),
        }
    }

    /// Any level but the two that need `--verbose`.
    pub fn level(&mut self) -> Level {
        [Level::Info, Level::Warn, Level::Error][self.below(3)]
    }
}
