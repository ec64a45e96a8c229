//! Signatures by the Standard Webhooks convention (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and
//! body. Keeps no secret longer than a message is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Variable;
use crate::limits::{WEBHOOK_SECRET_BYTES_MAX, WEBHOOK_SECRET_BYTES_MIN, WEBHOOK_SECRETS_MAX};
use crate::model::refusal::WebhookFault;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// The secrets of a webhook: one, or several while one takes the place of another.
pub struct Secrets(Vec<Hmac<Sha256>>);

impl Secrets {
    /// Reads what a variable holds: `whsec_` and base64, several parted by blanks.
    ///
    /// # Errors
    /// `E-webhook-secret-missing` if it holds nothing, `E-webhook-secret` if it holds something else.
    pub fn read(variable: &Variable, held: Option<&str>) -> Result<Secrets, WebhookFault> {
        let missing = || WebhookFault::SecretMissing { variable: variable.to_string() };
        let invalid = || WebhookFault::SecretInvalid {
            variable: variable.to_string(),
            min: WEBHOOK_SECRET_BYTES_MIN,
            max: WEBHOOK_SECRET_BYTES_MAX,
        };
        let held: Vec<&str> = held.unwrap_or_default().split_ascii_whitespace().collect();
        match held.len() {
            0 => Err(missing()),
            1..=WEBHOOK_SECRETS_MAX => {
                let keys: Option<Vec<_>> = held.into_iter().map(key).collect();
                keys.map(Secrets).ok_or_else(invalid)
            }
            _ => Err(invalid()),
        }
    }
}

fn key(secret: &str) -> Option<Hmac<Sha256>> {
    let bytes = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let fits = (WEBHOOK_SECRET_BYTES_MIN..=WEBHOOK_SECRET_BYTES_MAX).contains(&bytes.len());
    fits.then(|| Hmac::new_from_slice(&bytes).ok()).flatten()
}

/// The value of the header `webhook-signature`: one signature for each secret.
pub fn sign(secrets: &Secrets, id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = format!("{id}.{timestamp}.");
    let one = |key: &Hmac<Sha256>| {
        let mac = key.clone().chain_update(signed.as_bytes()).chain_update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.0.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of Standard Webhooks share (github.com/standard-webhooks/standard-webhooks, MIT).
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn read(held: Option<&str>) -> Result<Secrets, WebhookFault> {
        Secrets::read(&Variable::new("HOOK").expect("a name"), held)
    }

    #[test]
    fn the_published_example_is_signed_alike() {
        let secrets = read(Some(SECRET)).expect("a secret");
        assert_eq!(sign(&secrets, ID, TIMESTAMP, BODY), SIGNATURE);
        for (id, timestamp, body) in [
            ("msg_p5jXN8AQM9LWM0D4loKWxJej", TIMESTAMP, BODY),
            (ID, TIMESTAMP + 1, BODY),
            (ID, TIMESTAMP, &br#"{"test": 2432232315}"#[..]),
        ] {
            assert_ne!(sign(&secrets, id, timestamp, body), SIGNATURE);
        }
    }

    #[test]
    fn while_one_secret_takes_the_place_of_another_both_sign() {
        let other = format!("whsec_{}", STANDARD.encode([7; 32]));
        let both = read(Some(&format!(" {other}\n{SECRET} "))).expect("two secrets");
        let signed = sign(&both, ID, TIMESTAMP, BODY);
        let parts: Vec<&str> = signed.split(' ').collect();
        assert_eq!((parts.len(), parts[1]), (2, SIGNATURE));
    }

    #[test]
    fn what_is_no_secret_is_told_from_none() {
        for nothing in [None, Some(""), Some(" \n")] {
            assert!(matches!(read(nothing), Err(WebhookFault::SecretMissing { .. })));
        }
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        let bare = SECRET.trim_start_matches(PREFIX).to_owned();
        let many = [SECRET; WEBHOOK_SECRETS_MAX + 1].join(" ");
        for wrong in [bare, of(23), of(65), "whsec_!".to_owned(), "whsec_".to_owned(), many] {
            assert!(
                matches!(read(Some(&wrong)), Err(WebhookFault::SecretInvalid { .. })),
                "{wrong}"
            );
        }
    }
}
