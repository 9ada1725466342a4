//! The conversation of a party's program with the server, over the WebSocket at `/api/v1/party`.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use wire::{Envelope, PartyId, PartyMessage, PartyReply, SignedManifest, SummitId};

use crate::reach::{ConnectError, Reach, Stream};

/// How long the server may take for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Why the server did not do it, or could not be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    /// The server cannot be reached, or not be believed.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection broke.
    #[error("the connection to the server broke; try again")]
    Broken,
    /// The server refused.
    #[error("the server refused: {0}")]
    Refused(String),
    /// What the server shows as the manifest is not what this party can take part in.
    #[error("the manifest that the server shows is not good: {0}; do not go on, ask the other parties what they see")]
    Manifest(String),
    /// Something on this machine stands in the way.
    #[error("{0}")]
    Here(String),
    /// Something else than the protocol is spoken.
    #[error("the server does not speak this protocol ({0}); use a sommet of its version")]
    Protocol(String),
}

impl LineError {
    /// Whether it may go better a moment later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connect(error) => error.is_passing(),
            Self::Broken => true,
            Self::Here(_) | Self::Manifest(_) | Self::Protocol(_) | Self::Refused(_) => false,
        }
    }
}

/// An open conversation.
pub(crate) struct Line {
    socket: WebSocketStream<Stream>,
    /// The manifest with the signatures so far.
    pub(crate) manifest: SignedManifest,
    /// The latest revocation list of this party, as the server has it.
    pub(crate) revocation: Option<Envelope>,
    /// Where people find the server.
    pub(crate) base_url: String,
    next: u64,
}

impl Line {
    /// Opens the conversation; `answer` signs the challenge.
    pub(crate) async fn open(
        reach: &Reach,
        summit: &SummitId,
        party: &PartyId,
        registrar: bool,
        answer: impl FnOnce([u8; 32]) -> Result<Envelope, LineError>,
    ) -> Result<Self, LineError> {
        let mut socket = reach.websocket("/api/v1/party").await?;
        let challenge = match in_time(hear(&mut socket)).await? {
            PartyReply::Challenge { challenge } => challenge,
            other => return Err(unexpected(&other)),
        };
        let challenge =
            <[u8; 32]>::try_from(challenge.0).map_err(|_| LineError::Protocol("no challenge".to_owned()))?;
        let answer = answer(challenge)?;
        let hello = PartyMessage::Hello { summit: summit.clone(), party: party.clone(), answer, registrar };
        say(&mut socket, &hello).await?;
        match in_time(hear(&mut socket)).await? {
            PartyReply::Welcome { manifest, revocation, base_url, .. } => {
                Ok(Self { socket, manifest, revocation, base_url, next: 0 })
            }
            PartyReply::Refused { why, .. } => Err(LineError::Refused(why)),
            other => Err(unexpected(&other)),
        }
    }

    /// Has something done and waits until it is stored.
    pub(crate) async fn ask(&mut self, message: impl FnOnce(u64) -> PartyMessage) -> Result<(), LineError> {
        self.next += 1;
        let wanted = self.next;
        say(&mut self.socket, &message(wanted)).await?;
        let answer = async {
            loop {
                match hear(&mut self.socket).await? {
                    PartyReply::Done { id } if id == wanted => return Ok(()),
                    PartyReply::Refused { id, why } if id == wanted || id == 0 => return Err(LineError::Refused(why)),
                    PartyReply::Done { .. }
                    | PartyReply::Refused { .. }
                    | PartyReply::Request { .. }
                    | PartyReply::Challenge { .. }
                    | PartyReply::Welcome { .. } => {}
                }
            }
        };
        in_time(answer).await
    }

    /// What the server says next.
    pub(crate) async fn hear(&mut self) -> Result<PartyReply, LineError> {
        hear(&mut self.socket).await
    }

    /// Says something without waiting for an answer.
    pub(crate) async fn say(&mut self, message: &PartyMessage) -> Result<(), LineError> {
        say(&mut self.socket, message).await
    }

    /// Shows that this end is there.
    pub(crate) async fn ping(&mut self) -> Result<(), LineError> {
        self.socket.send(Message::Ping(Bytes::new())).await.map_err(|_| LineError::Broken)
    }

    /// Closes the conversation.
    pub(crate) async fn close(mut self) {
        // The other side may be gone already.
        drop(timeout(Duration::from_secs(1), self.socket.close(None)).await);
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, LineError>>) -> Result<T, LineError> {
    timeout(ANSWER_WITHIN, work).await.unwrap_or(Err(LineError::Broken))
}

async fn say(socket: &mut WebSocketStream<Stream>, message: &PartyMessage) -> Result<(), LineError> {
    let text = serde_json::to_string(message).map_err(|error| LineError::Protocol(error.to_string()))?;
    socket.send(Message::text(text)).await.map_err(|_| LineError::Broken)
}

async fn hear(socket: &mut WebSocketStream<Stream>) -> Result<PartyReply, LineError> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                return serde_json::from_str(&text).map_err(|error| LineError::Protocol(error.to_string()));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_) | Message::Binary(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(LineError::Broken),
        }
    }
}

fn unexpected(reply: &PartyReply) -> LineError {
    match reply {
        PartyReply::Refused { why, .. } => LineError::Refused(why.clone()),
        PartyReply::Challenge { .. }
        | PartyReply::Done { .. }
        | PartyReply::Request { .. }
        | PartyReply::Welcome { .. } => LineError::Protocol("it says something out of turn".to_owned()),
    }
}
