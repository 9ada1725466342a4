//! One WebSocket of a bot: messages in, messages out through a short queue, so that a bot whose server does not read keeps
//! its media going.

use futures_util::{SinkExt as _, StreamExt as _, stream::SplitStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use wire::{ClientMessage, ServerMessage};

use crate::reach::Stream;

/// Messages waiting to be written. A server that lets more pile up does not read any more: the socket is given up.
const OUTGOING_MAX: usize = 64;

/// The socket; dropped, it closes.
pub(super) struct Socket {
    incoming: SplitStream<WebSocketStream<Stream>>,
    outgoing: mpsc::Sender<Message>,
}

impl Socket {
    pub(super) fn new(socket: WebSocketStream<Stream>) -> Self {
        let (mut sink, incoming) = socket.split();
        let (outgoing, mut queue) = mpsc::channel(OUTGOING_MAX);
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            // The other side may be gone already; then there is nobody to say it to.
            let _ = sink.close().await;
        });
        Self { incoming, outgoing }
    }

    /// Queues a message; false if the socket is of no use any more.
    pub(super) fn send(&self, message: &ClientMessage) -> bool {
        let Ok(text) = serde_json::to_string(message) else { return false };
        self.outgoing.try_send(Message::text(text)).is_ok()
    }

    /// The next message; none when the socket is gone or something else than the protocol is spoken on it.
    pub(super) async fn next(&mut self) -> Option<ServerMessage> {
        loop {
            match self.incoming.next().await?.ok()? {
                Message::Text(text) => match serde_json::from_str(&text) {
                    Ok(message) => return Some(message),
                    Err(error) => {
                        // The place of the mistake, not the text: it may hold names.
                        tracing::warn!(
                            line = error.line(),
                            column = error.column(),
                            "the server said something unknown"
                        );
                        return None;
                    }
                },
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                Message::Binary(_) | Message::Close(_) => return None,
            }
        }
    }
}
