//! The callers' side of the writer: a queue bounded by commits and by bytes. Whoever finds it full waits.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::options::LocalOptions;
use super::writer::{Message, Reply, Request};
use crate::error::{StoreError, disk_error};
use crate::limits::COMMIT_BYTES_MAX;

/// Bytes that one permit of the queue stands for.
const PERMIT_BYTES: usize = 1_024;

/// The way to the writer.
pub(super) struct Queue {
    messages: Option<mpsc::Sender<Message>>,
    room: Arc<Semaphore>,
    writer: Option<JoinHandle<()>>,
}

impl Queue {
    /// Starts a writer that takes what is queued.
    pub(super) fn start(
        options: &LocalOptions,
        run: impl FnOnce(mpsc::Receiver<Message>) + Send + 'static,
    ) -> Result<Queue, StoreError> {
        let (messages, requests) = mpsc::channel(options.queue_commits.max(1));
        let permits = options.queue_bytes.max(COMMIT_BYTES_MAX) / PERMIT_BYTES + 1;
        let thread = std::thread::Builder::new().name("dure-writer".to_owned());
        let writer = thread.spawn(|| run(requests));
        let writer = writer.map_err(|error| disk_error("start the writer of", "log", &error))?;
        let room = Arc::new(Semaphore::new(permits));
        Ok(Queue { messages: Some(messages), room, writer: Some(writer) })
    }

    /// Waits for room for a commit of so many bytes.
    pub(super) async fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let permits = (bytes / PERMIT_BYTES + 1) as u32;
        self.room.clone().acquire_many_owned(permits).await.map_err(|_| StoreError::LogClosed)
    }

    /// Queues a commit and waits for its answer.
    pub(super) async fn submit(
        &self,
        request: impl FnOnce(oneshot::Sender<Reply>) -> Request,
    ) -> Result<Reply, StoreError> {
        let (reply, answer) = oneshot::channel();
        let messages = self.messages.as_ref().ok_or(StoreError::LogClosed)?;
        let sent = messages.send(Message::Append(Box::new(request(reply)))).await;
        sent.map_err(|_| StoreError::LogClosed)?;
        answer.await.map_err(|_| StoreError::LogClosed)
    }

    /// Has the writer end in good order; a second time nothing is left to do.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let Some(messages) = &self.messages else { return Ok(()) };
        let (reply, answer) = oneshot::channel();
        if messages.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}

impl Drop for Queue {
    /// Waits for the writer, so that the folder is free again; what was not closed stays as a crash leaves it.
    fn drop(&mut self) {
        self.messages = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so already.
            let _ = writer.join();
        }
    }
}
