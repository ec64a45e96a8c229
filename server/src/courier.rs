//! Carries the messages of webhooks over HTTP. Follows no redirect, bounds its time and what is read back, and trusts the
//! certificates that this machine trusts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dure_engine::runtime::{Deliver, Delivery, Message};
use rustls::crypto::ring;
use ureq::http::StatusCode;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

use crate::limits::{WEBHOOK_HEADER_BYTES_MAX, WEBHOOK_REPLY_BYTES_MAX, WEBHOOK_SECONDS_MAX};

/// What an event is as a body: CloudEvents in their structured form.
const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";
const USER_AGENT: &str = concat!("dure/", env!("CARGO_PKG_VERSION"));

/// Sends messages.
pub struct Courier {
    agent: Agent,
}

impl Default for Courier {
    fn default() -> Courier {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(WEBHOOK_SECONDS_MAX)))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(WEBHOOK_HEADER_BYTES_MAX)
            .user_agent(USER_AGENT)
            .build();
        Courier { agent: config.new_agent() }
    }
}

#[async_trait]
impl Deliver for Courier {
    fn secret(&self, variable: &str) -> Option<String> {
        std::env::var(variable).ok()
    }

    async fn deliver(&self, message: Message) -> Delivery {
        let agent = self.agent.clone();
        let sent = tokio::task::spawn_blocking(move || send(&agent, &message)).await;
        match sent {
            Ok(Ok(response)) => understood(response),
            Ok(Err(error)) => Delivery::Retry { error: error.to_string() },
            Err(_) => Delivery::Retry { error: "sending was interrupted".to_owned() },
        }
    }
}

fn send(agent: &Agent, message: &Message) -> Result<http::Response<Body>, ureq::Error> {
    let post = agent.post(&message.url);
    // What is meant for this machine is not given to a proxy.
    let post = match message.url.starts_with("http://") {
        true => post.config().proxy(None).build(),
        false => post,
    };
    post.header("content-type", CONTENT_TYPE)
        .header("webhook-id", message.id.to_string())
        .header("webhook-timestamp", message.timestamp.to_string())
        .header("webhook-signature", &message.signature)
        .header("dure-position", message.position.to_string())
        .send(&message.body[..])
}

/// Any 2xx is a yes; 410 says that nobody will be there any more; all else may pass.
fn understood(mut response: http::Response<Body>) -> Delivery {
    let status = response.status();
    if status.is_success() {
        return Delivery::Taken;
    }
    let said = response.body_mut().with_config().limit(WEBHOOK_REPLY_BYTES_MAX).read_to_vec();
    let said = said.unwrap_or_default();
    let error = format!("answered {status}: {}", String::from_utf8_lossy(&said).trim());
    match status {
        StatusCode::GONE => Delivery::Fail { error },
        _ => Delivery::Retry { error },
    }
}
