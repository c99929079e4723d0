//! Reads a transcript: the `console` blocks of a Markdown file, as commands with the lines that follow them.
//!
//! May not run anything, nor know what a line means.

/// A command of a transcript, and what a reader sees after it.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Its line in the file, counted from 1.
    pub line: usize,
    /// What follows the `$`, without the `&` of a command in the background.
    pub command: String,
    /// Whether it ends in `&`.
    pub background: bool,
    /// The lines after it, each with its number in the file.
    pub expected: Vec<(usize, String)>,
}

/// All commands of all `console` blocks, in order: one session.
///
/// # Errors
/// When there is none, or a block begins with a line that no command has printed.
pub fn read(markdown: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut fresh) = (false, false);
    for (line, text) in (1..).zip(markdown.lines()) {
        let text = text.trim_end();
        if text.starts_with("```") {
            inside = text == "```console";
            fresh = inside;
        } else if !inside {
        } else if let Some(command) = text.strip_prefix("$ ") {
            fresh = false;
            steps.push(step(line, command));
        } else {
            match steps.last_mut() {
                Some(step) if !fresh => step.expected.push((line, text.to_owned())),
                _ => return Err(format!("line {line}: no command before {text:?}")),
            }
        }
    }
    if steps.is_empty() {
        return Err("no command in a ```console block".into());
    }
    Ok(steps)
}

fn step(line: usize, command: &str) -> Step {
    let foreground = command.strip_suffix('&').map(str::trim_end);
    Step {
        line,
        command: foreground.unwrap_or(command).to_owned(),
        background: foreground.is_some(),
        expected: Vec::new(),
    }
}
