//! The little of the language server protocol that the editor tests speak.
//!
//! May not know a question: it starts a server, sends and receives.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Loading a workspace builds the macros and indexes the standard library.
const LOADING: Duration = Duration::from_secs(600);

/// A running rust-analyzer. It ends with this value.
pub struct Server {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last: u64,
    version: u64,
}

impl Server {
    /// Starts rust-analyzer in a crate and waits until all of it is loaded. None if it is not installed.
    pub fn start(folder: &Path) -> Option<Self> {
        Command::new("rust-analyzer").arg("--version").output().ok().filter(|output| output.status.success())?;
        let mut command = Command::new("rust-analyzer");
        command.current_dir(folder).env("CARGO_NET_OFFLINE", "true");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("rust-analyzer starts");
        let (to, from) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (send, receive) = channel();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Some(message) = message(&mut from) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { child, to, from: receive, last: 0, version: 0 };
        server.initialize(folder);
        Some(server)
    }

    fn initialize(&mut self, folder: &Path) {
        let capabilities = json!({
            "experimental": { "serverStatusNotification": true },
            "textDocument": { "completion": { "completionItem": { "snippetSupport": false } } },
        });
        let options = json!({ "checkOnSave": false, "cachePriming": { "enable": false } });
        let root = format!("file://{}", folder.display());
        self.ask(
            "initialize",
            json!({ "processId": null, "rootUri": root, "capabilities": capabilities, "initializationOptions": options }),
        );
        self.tell("initialized", json!({}));
        let until = Instant::now() + LOADING;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let news = self.from.recv_timeout(left).expect("rust-analyzer loads the crate");
            self.answer(&news);
            if news["method"] == "experimental/serverStatus" && news["params"]["quiescent"] == true {
                assert_ne!(news["params"]["health"], "error", "{news}");
                return;
            }
        }
    }

    /// Shows a file with this text, from the beginning or anew.
    pub fn show(&mut self, path: &Path, text: &str) {
        let uri = format!("file://{}", path.display());
        self.version += 1;
        if self.version == 1 {
            let document = json!({ "uri": uri, "languageId": "rust", "version": self.version, "text": text });
            self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        } else {
            let document = json!({ "uri": uri, "version": self.version });
            self.tell(
                "textDocument/didChange",
                json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
            );
        }
    }

    /// Asks about a place of a file.
    pub fn at(&mut self, method: &str, path: &Path, (line, column): (usize, usize)) -> Value {
        let uri = format!("file://{}", path.display());
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } }))
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let news = self.from.recv_timeout(LOADING).unwrap_or_else(|_| panic!("no answer to {method}"));
            self.answer(&news);
            if news["id"] == id && news.get("method").is_none() {
                assert!(news.get("error").is_none(), "{method}: {news}");
                return news["result"].clone();
            }
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Answers a question of the server's with nothing, so that it does not wait for us.
    fn answer(&mut self, news: &Value) {
        if let (Some(id), Some(_)) = (news.get("id"), news.get("method")) {
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
        }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("rust-analyzer listens");
        self.to.flush().expect("rust-analyzer listens");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One message; none at the end.
fn message(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(text) => length = text.parse().ok()?,
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
