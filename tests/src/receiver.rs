//! A receiver of webhooks on this machine: answers by what it was told to, and checks every signature by itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The variable that holds the secret.
pub const VARIABLE: &str = "DURE_TEST_HOOK_SECRET";
/// The secret, without what it begins with.
const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A message as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The first line.
    pub request: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Listens until the test ends.
pub struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Receiver {
    /// Answers each message by the next status line, and 204 when there is none left.
    pub fn new(answers: &[&'static str]) -> Receiver {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (heard, answers) =
            (Arc::default(), Arc::new(Mutex::new(answers.iter().copied().collect())));
        let receiver = Receiver { port, heard, answers };
        let (heard, answers) = (receiver.heard.clone(), receiver.answers.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (heard, answers) = (heard.clone(), answers.clone());
                std::thread::spawn(move || stream.map(|stream| serve(&stream, &heard, &answers)));
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?to=1", self.port)
    }

    /// The value of [`VARIABLE`].
    pub fn secret() -> String {
        format!("whsec_{KEY}")
    }

    /// Everything it heard, in the order in which it arrived.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no panic").clone()
    }

    pub fn count(&self) -> usize {
        self.heard.lock().expect("no panic").len()
    }
}

impl Heard {
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// Fails the test if the signature is not that of the secret over id, time and body.
    #[track_caller]
    pub fn is_signed(&self) {
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let key = STANDARD.decode(KEY).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.header("webhook-signature"), expected);
    }
}

/// Notes a message only when all of it arrived; one connection may carry several.
fn serve(stream: &TcpStream, heard: &Mutex<Vec<Heard>>, answers: &Mutex<VecDeque<&'static str>>) {
    let mut reader = BufReader::new(stream);
    while let Some(message) = read(&mut reader) {
        heard.lock().expect("no panic").push(message);
        let answer = answers.lock().expect("no panic").pop_front().unwrap_or("204 No Content");
        let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        // Whoever was killed does not hear the answer.
        let mut stream = stream;
        let _ = stream.write_all(answer.as_bytes());
    }
}

fn read(reader: &mut impl BufRead) -> Option<Heard> {
    let mut line = || {
        let mut line = String::new();
        let read = reader.read_line(&mut line).ok().filter(|read| *read > 0);
        read.map(|_| line.trim_end().to_owned())
    };
    let request = line()?;
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        match header.split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { request, headers, body: String::from_utf8(body).ok()? })
}
