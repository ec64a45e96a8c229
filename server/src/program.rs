//! A handler that is a program: gets the work as one JSON document, in one line, on its standard input, and answers with
//! one on its standard output. Bounds its time and what is read of it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use dure_engine::model::consequence::Object;
use dure_engine::model::effect::Effect;
use dure_engine::runtime::{Answer, Handler};
use dure_storage::json;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::limits::{PROGRAM_ANSWER_BYTES_MAX, PROGRAM_ERROR_BYTES_MAX, PROGRAM_SECONDS_MAX};

/// A program.
pub struct Program {
    path: PathBuf,
}

/// What a program may answer: exactly one of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Said {
    /// `{"outcome": …, "form": {…}}`
    Done {
        outcome: String,
        #[serde(default)]
        form: Object,
    },
    /// `{"retry": …}`
    Retry { retry: String },
    /// `{"fail": …}`
    Fail { fail: String },
}

impl Program {
    /// The program at a path, or found by its name.
    pub fn new(path: PathBuf) -> Program {
        Program { path }
    }

    async fn run(&self, effect: &Effect) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
        let mut child = Command::new(&self.path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut given = serde_json::to_vec(effect)?;
        // Whoever reads by lines, as a shell does, takes a line without an end for a broken one.
        given.push(b'\n');
        let give = async {
            if let Some(mut pipe) = stdin.take() {
                // A program may answer without reading what it is given.
                let _ = pipe.write_all(&given).await;
            }
        };
        let (answer, error, ()) = tokio::join!(
            read(stdout, PROGRAM_ANSWER_BYTES_MAX),
            read(stderr, PROGRAM_ERROR_BYTES_MAX),
            give,
        );
        Ok((child.wait().await?, answer?, error?))
    }
}

/// Reads up to a bound, and lets the rest go by: a full pipe would stop the program.
async fn read(pipe: Option<impl AsyncRead + Unpin>, max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(max + 1).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

#[async_trait]
impl Handler for Program {
    async fn perform(&self, effect: &Effect) -> Answer {
        let limit = Duration::from_secs(PROGRAM_SECONDS_MAX);
        let (status, answer, error) = match tokio::time::timeout(limit, self.run(effect)).await {
            Ok(Ok(ran)) => ran,
            Ok(Err(error)) => return retry(format!("the program did not run: {error}")),
            Err(_) => return retry(format!("no answer within {PROGRAM_SECONDS_MAX} seconds")),
        };
        if !status.success() {
            return retry(format!("{status}: {}", String::from_utf8_lossy(&error).trim()));
        }
        understood(&answer)
    }
}

fn retry(error: String) -> Answer {
    Answer::Retry { error }
}

/// An answer that makes no sense makes no more the next time.
fn understood(answer: &[u8]) -> Answer {
    if answer.len() as u64 > PROGRAM_ANSWER_BYTES_MAX {
        let error = format!("the answer is longer than {PROGRAM_ANSWER_BYTES_MAX} bytes");
        return Answer::Fail { error };
    }
    let said = json::parse(answer).map_err(|error| error.to_string());
    match said.and_then(|v| serde_json::from_value(v).map_err(|error| error.to_string())) {
        Ok(Said::Done { outcome, form }) => Answer::Done { outcome, form },
        Ok(Said::Retry { retry: error }) => retry(error),
        Ok(Said::Fail { fail: error }) => Answer::Fail { error },
        Err(error) => Answer::Fail { error: format!("the answer is not understood: {error}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_outcome_or_one_of_two_failures() {
        let done = Answer::Done { outcome: "sent".to_owned(), form: Object::new() };
        assert_eq!(understood(br#"{"outcome":"sent"}"#), done);
        assert_eq!(understood(br#"{"retry":"busy"}"#), retry("busy".to_owned()));
        let fail = Answer::Fail { error: "gone".to_owned() };
        assert_eq!(understood(br#"{"fail":"gone"}"#), fail);
        for wrong in [&b""[..], b"[]", b"{}", b"done", br#"{"outcome":"a","outcome":"b"}"#] {
            let answer = understood(wrong);
            assert!(matches!(answer, Answer::Fail { .. }), "{answer:?}");
        }
    }
}
