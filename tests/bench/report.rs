//! Tables of the measured figures and of the verdicts, as text for the terminal and as Markdown.

use crate::gates::{Standing, Verdict};

/// A table: a title, a head, rows of cells.
#[derive(Debug, Default)]
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, head: &[&str]) -> Self {
        Self { title: title.into(), rows: vec![head.iter().map(|cell| (*cell).to_string()).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Columns aligned by blanks.
    pub fn text(&self) -> String {
        let widths = self.widths();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
        };
        format!("{}\n{}\n", self.title, self.rows.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// The same for the report file.
    pub fn markdown(&self) -> String {
        let mut lines: Vec<String> = self.rows.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
        lines.insert(1, format!("|{}", "---|".repeat(self.rows[0].len())));
        format!("### {}\n\n{}\n", self.title, lines.join("\n"))
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..self.rows[0].len()).map(width).collect()
    }
}

/// What one bench found.
#[derive(Debug, Default)]
pub struct Report {
    /// The measured figures.
    pub tables: Vec<Table>,
    /// The figures that are held to a gate.
    pub verdicts: Vec<Verdict>,
    /// What the reader must know beside: subjects that could not run, and why.
    pub notes: Vec<String>,
}

impl Report {
    /// Puts another report behind this one.
    pub fn append(&mut self, other: Self) {
        self.tables.extend(other.tables);
        self.verdicts.extend(other.verdicts);
        self.notes.extend(other.notes);
    }

    /// Whether no gate was missed.
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.standing != Standing::Missed)
    }

    /// The report for the terminal.
    pub fn text(&self) -> String {
        let tables = self.all().map(|table| table.text()).collect::<Vec<_>>().join("\n");
        format!("{tables}{}", self.notes.iter().map(|note| format!("\nnote: {note}\n")).collect::<String>())
    }

    /// The report as a file.
    pub fn markdown(&self) -> String {
        let tables = self.all().map(|table| table.markdown()).collect::<Vec<_>>().join("\n");
        let notes = self.notes.iter().map(|note| format!("\n- {note}")).collect::<String>();
        format!("# Benchmark\n\n{}\n\n{tables}{notes}\n", READING)
    }

    fn all(&self) -> impl Iterator<Item = Table> + '_ {
        let copy = |table: &Table| Table { title: table.title.clone(), rows: table.rows.clone() };
        self.tables.iter().map(copy).chain(std::iter::once(self.gates()))
    }

    fn gates(&self) -> Table {
        let head = ["row", "figure", "variant", "median (min–max)", "gate", "goal", "rounds", "verdict"];
        let mut table = Table::new("Gates", &head);
        for verdict in &self.verdicts {
            let gate = verdict.gate;
            table.row(vec![
                gate.row.into(),
                gate.figure.into(),
                verdict.variant.clone(),
                verdict.found.clone(),
                format!("≤ {}", gate.gate),
                format!("≤ {}", gate.goal),
                verdict.rounds.to_string(),
                verdict.standing.word().into(),
            ]);
        }
        table
    }
}

const READING: &str = "Subjects run round-robin inside each round; ratios are taken inside the round, against the floor of \
the same round. Cells are the median of the per-round figures (min–max). Absolute times drift with the machine: keep the \
ratios. `foreign CPU %` is the share of the machine that other processes took in the worst sample.";

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("T", &["µs", "b"]);
        table.row(vec!["1".into(), "long – cell".into()]);
        table
    }

    #[test]
    fn text_is_aligned_by_characters() {
        assert_eq!(table().text(), "T\nµs  b\n1   long – cell\n");
    }

    #[test]
    fn markdown_has_a_rule_under_the_head() {
        assert_eq!(table().markdown(), "### T\n\n| µs | b |\n|---|---|\n| 1 | long – cell |\n");
    }

    #[test]
    fn a_missed_gate_fails_the_report() {
        let mut report = Report::default();
        report.verdicts.push(crate::gates::X1.judge("", &[1.0]));
        assert!(report.passed());
        report.verdicts.push(crate::gates::X1.judge("", &[2.0]));
        assert!(!report.passed() && report.markdown().contains("MISSED"));
    }
}
