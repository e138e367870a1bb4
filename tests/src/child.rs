//! A program of its own that works on a drive: it can map files, and have a folder of the drive for its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Does what it is told, line by line, and answers each line with one.
const SCRIPT: &str = "
import mmap, os, sys
names = {'os': os, 'mmap': mmap}
for line in sys.stdin:
    try:
        words = line.rstrip('\\n')
        try:
            answer = eval(words, names)
        except SyntaxError:
            answer = exec(words, names)
        print('ok', answer, flush=True)
    except Exception as error:
        print('error', type(error).__name__, error, flush=True)
";

/// A Python that runs beside us, in a folder of its choice.
pub struct Program {
    child: Child,
    told: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it in a folder.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", SCRIPT]).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python3 runs");
        let (told, said) = (child.stdin.take(), child.stdout.take().expect("a pipe"));
        Self { child, told, said: BufReader::new(said) }
    }

    /// Has it do one line, and returns the value.
    ///
    /// # Errors
    /// What it says when it can't.
    pub fn try_line(&mut self, line: &str) -> Result<String, String> {
        let told = self.told.as_mut().expect("it runs");
        writeln!(told, "{line}").expect("it listens");
        let mut said = String::new();
        self.said.read_line(&mut said).expect("it speaks");
        match said.trim_end().split_once(' ') {
            Some(("ok", value)) => Ok(value.to_owned()),
            _ => Err(said.trim_end().to_owned()),
        }
    }

    /// Has it do one line, and returns the value.
    pub fn line(&mut self, line: &str) -> String {
        self.try_line(line).unwrap_or_else(|said| panic!("{line}: {said}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.child.wait();
    }
}
