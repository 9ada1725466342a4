//! The WebSocket of a party's own programs, from the challenge to the end: `sommet summit sign`, `sommet invite`,
//! `sommet registrar` and `sommet revoke` speak on it. Who proves a party's key acts for that party and for nothing else;
//! what it signed is checked before it is stored, and members check it again.

pub(crate) mod proof;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use node::{ConnectionId, Input, InvitationId};
use store::{NewInvitation, SecretHash, Store, StoreError, StoredSummit};
use tokio::time::{Instant, sleep_until, timeout};
use wire::{
    Bytes, ChallengeAnswer, Envelope, InvitationDocument, Manifest, PartyId, PartyMessage, PartyReply, PartySignature,
    RevocationList, SignedManifest, SummitId,
};

use crate::accept::Allowance;
use crate::ask::ask_in_time;
use crate::clock::wall_time;
use crate::crowd::Guest;
use crate::gauge::Counted;
use crate::http::Shared;
use crate::media_thread::Command;
use crate::outbound::{Outbound, OutboundQueue, Outgoing, outbound};
use crate::rooms::Place;
use crate::token_bucket::{MESSAGES, TokenBucket};
use crate::websocket::{CLOSE_WITHIN, HELLO_WITHIN, WRITE_WITHIN, next_connection, read_after};
use proof::{Domain, is_by_party, is_signed};

/// The largest message of a party's program, in bytes: a revocation list with two thousand serials.
pub(crate) const PARTY_BYTES_MAX: usize = 64 * 1024;

/// The largest hello, in bytes.
const HELLO_BYTES_MAX: usize = 8 * 1024;

/// A program pings every ten seconds; one of which nothing is heard for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// The bytes of an invitation's number.
const JTI_BYTES: usize = 16;

/// Why a connection ends.
enum End {
    /// The hello was not good; the words say why.
    Refused(String),
    /// What came is not of this protocol.
    Malformed,
    /// The server, or the room, is about to stop: come back.
    Restart,
    /// The program has gone, or does not answer any more.
    Gone,
}

/// Why a message was not carried out, in words for people.
type Why = String;

/// Serves a connection until it ends. `half_open` counts it until its key is proved, and `allowance` bounds what it may send
/// until then.
pub(crate) async fn serve(
    mut socket: WebSocket,
    shared: Arc<Shared>,
    half_open: (Guest, Counted),
    allowance: Allowance,
    from: IpAddr,
) {
    let mut stopping = shared.stopping.clone();
    let greeting = tokio::select! {
        biased;
        _ = stopping.wait_for(|stop| *stop) => Err(End::Restart),
        greeting = greet(&mut socket, &shared, from) => greeting,
    };
    drop(half_open);
    let end = match greeting {
        Ok(desk) => {
            allowance.lift();
            let _counted = Counted::new(&shared.metrics, |metrics| &metrics.parties);
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => End::Restart,
                end = desk.serve(&mut socket) => end,
            }
        }
        Err(end) => end,
    };
    // A program that does not take its good-bye is let go without.
    drop(timeout(CLOSE_WITHIN, close(&mut socket, end, &shared)).await);
}

/// Says why the connection ends, closes it, and reads on until the program has closed it too.
async fn close(socket: &mut WebSocket, end: End, shared: &Shared) -> Result<(), axum::Error> {
    let code = match end {
        End::Gone => return Ok(()),
        End::Restart => close_code::RESTART,
        End::Refused(why) => {
            shared.metrics.parties_refused.fetch_add(1, Ordering::Relaxed);
            send(socket, &PartyReply::Refused { id: 0, why }).await?;
            close_code::POLICY
        }
        End::Malformed => {
            shared.metrics.malformed.fetch_add(1, Ordering::Relaxed);
            let why = "this is not what a party's program says; use a sommet of the server's version".to_owned();
            send(socket, &PartyReply::Refused { id: 0, why }).await?;
            close_code::PROTOCOL
        }
    };
    socket.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static("") }))).await?;
    while let Some(Ok(_)) = socket.recv().await {}
    Ok(())
}

fn send<'a>(
    socket: &'a mut WebSocket,
    message: &PartyReply,
) -> impl Future<Output = Result<(), axum::Error>> + use<'a> {
    // Everything in a message can be written as JSON.
    let text = serde_json::to_string(message).unwrap_or_default();
    socket.send(Message::Text(Utf8Bytes::from(text)))
}

/// Sends in time.
async fn write(socket: &mut WebSocket, message: &PartyReply) -> Result<(), End> {
    match timeout(WRITE_WITHIN, send(socket, message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// What a frame says; nothing where it is only a sign of life.
fn parse(frame: Option<Result<Message, axum::Error>>) -> Result<Option<(PartyMessage, usize)>, End> {
    match frame {
        Some(Ok(Message::Text(text))) => {
            let message = serde_json::from_str(&text).map_err(|_| End::Malformed)?;
            Ok(Some((message, text.len())))
        }
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Binary(_)) | Err(_)) => Err(End::Malformed),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
    }
}

/// Poses the challenge, and finds out for which party the answer is.
async fn greet(socket: &mut WebSocket, shared: &Arc<Shared>, from: IpAddr) -> Result<Desk, End> {
    let challenge = Bytes(rand::random::<[u8; 32]>().to_vec());
    write(socket, &PartyReply::Challenge { challenge: challenge.clone() }).await?;
    let hello = async {
        loop {
            if let Some((message, size)) = parse(socket.recv().await)? {
                return if size <= HELLO_BYTES_MAX { Ok(message) } else { Err(End::Malformed) };
            }
        }
    };
    let hello = timeout(HELLO_WITHIN, hello).await.unwrap_or(Err(End::Malformed))?;
    let PartyMessage::Hello { summit, party, answer, registrar } = hello else { return Err(End::Malformed) };
    let (stored, revocation) = known(shared, &summit, &party).await?;
    // One answer for all that may be wrong: a stranger does not learn which summits there are.
    let stranger = || {
        End::Refused(
            "this key does not act for that party of that summit; look at the summit's name and at which key you gave"
                .to_owned(),
        )
    };
    let stored = stored.ok_or_else(stranger)?;
    let signed = stored.manifest.as_ref().ok_or_else(stranger)?;
    let manifest: Manifest = proof::document(&signed.payload).ok_or_else(stranger)?;
    let now = wall_time();
    let is_good = proof::document::<ChallengeAnswer>(&answer.payload)
        .is_some_and(|said| said.summit == summit && said.party == party && said.challenge == challenge)
        && is_by_party(Domain::PartyAuth, &manifest, &party, &answer, now);
    if !is_good {
        tracing::debug!(%from, "a party's key was not proved");
        return Err(stranger());
    }
    if stored.ended.is_some() {
        return Err(End::Refused("the summit has ended".to_owned()));
    }
    if registrar && stored.agreed.is_none() {
        let why = "not every party has signed yet, so nobody can come in; `sommet summit status` shows who has not";
        return Err(End::Refused(why.to_owned()));
    }
    let welcome = PartyReply::Welcome { manifest: signed.clone(), revocation, base_url: shared.base_url.clone(), now };
    let mut desk = Desk::new(shared.clone(), summit, party, manifest, signed.clone());
    if registrar {
        desk.register().await?;
    }
    write(socket, &welcome).await?;
    Ok(desk)
}

/// A summit, if there is one, with the revocation list of the party.
async fn known(
    shared: &Shared,
    summit: &SummitId,
    party: &PartyId,
) -> Result<(Option<StoredSummit>, Option<Envelope>), End> {
    let (of, by) = (summit.clone(), party.clone());
    let find = move |store: &mut dyn Store| match store.summit(&of) {
        Ok(stored) => Ok((Some(stored), list_of(store, &of, &by)?)),
        Err(StoreError::NotFound) => Ok((None, None)),
        Err(error) => Err(error),
    };
    ask_in_time(&shared.writer, find).await.map_err(|_| End::Restart)
}

fn list_of(store: &mut dyn Store, summit: &SummitId, party: &PartyId) -> Result<Option<Envelope>, StoreError> {
    Ok(store.revocations(summit)?.into_iter().find(|(of, _)| of == party).map(|(_, list)| list))
}

/// A connection whose key was proved.
struct Desk {
    shared: Arc<Shared>,
    summit: SummitId,
    party: PartyId,
    manifest: Manifest,
    signed: SignedManifest,
    connection: ConnectionId,
    queue: OutboundQueue,
    /// Given away where the connection is a registrar's; kept otherwise, so that the queue stays open.
    outbound: Option<Outbound>,
    /// Where the summit lives, if the connection is a registrar's.
    place: Option<Place>,
    bucket: TokenBucket,
}

impl Desk {
    fn new(shared: Arc<Shared>, summit: SummitId, party: PartyId, manifest: Manifest, signed: SignedManifest) -> Self {
        let (outbound, queue) = outbound();
        let bucket = TokenBucket::new(MESSAGES, Instant::now().into_std());
        let (connection, outbound) = (next_connection(), Some(outbound));
        Self { shared, summit, party, manifest, signed, connection, queue, outbound, place: None, bucket }
    }

    /// Makes the connection known to the summit's room as a registrar's. What the room asks waits in the queue until the
    /// welcome is written.
    async fn register(&mut self) -> Result<(), End> {
        let place = self.shared.rooms.place(&self.summit).await.map_err(|error| {
            tracing::error!(summit = %self.summit, %error, "a summit could not be opened");
            End::Restart
        })?;
        let input =
            Input::Registrar { connection: self.connection, summit: self.summit.clone(), party: self.party.clone() };
        let command = Command::Hello { connection: self.connection, outbound: self.outbound.take(), input };
        place.say(command).await.map_err(|_| End::Restart)?;
        self.place = Some(place);
        Ok(())
    }

    async fn serve(mut self, socket: &mut WebSocket) -> End {
        let mut silent_until = Instant::now() + SILENCE_MAX;
        loop {
            let read_from = Instant::from_std(self.bucket.next(Instant::now().into_std()));
            let step = tokio::select! {
                biased;
                outgoing = self.queue.next() => self.pass_on(socket, outgoing).await,
                frame = read_after(read_from, socket) => {
                    silent_until = Instant::now() + SILENCE_MAX;
                    self.bucket.take(Instant::now().into_std());
                    match parse(frame) {
                        Ok(Some((message, _))) => self.take(socket, message).await,
                        Ok(None) => Ok(()),
                        Err(end) => Err(end),
                    }
                }
                () = sleep_until(silent_until) => Err(End::Gone),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// What the room asks the registrar.
    async fn pass_on(&mut self, socket: &mut WebSocket, outgoing: Outgoing) -> Result<(), End> {
        match outgoing {
            Outgoing::Party(message) => write(socket, &message).await,
            // Only people are sent these.
            Outgoing::Message(_) => Ok(()),
            Outgoing::Bye(_) => Err(End::Restart),
        }
    }

    async fn take(&mut self, socket: &mut WebSocket, message: PartyMessage) -> Result<(), End> {
        let (id, result) = match message {
            PartyMessage::Hello { .. } => return Err(End::Malformed),
            PartyMessage::Issue { id, certificate } => return self.answer(id, Ok(certificate)).await,
            PartyMessage::Deny { id, why } => return self.answer(id, Err(why)).await,
            PartyMessage::Sign { id, signature } => (id, self.sign(signature).await),
            PartyMessage::Invite { id, invitation, access } => (id, self.invite(invitation, access).await),
            PartyMessage::Withdraw { id, jti } => (id, self.withdraw(jti).await),
            PartyMessage::Revoke { id, list } => (id, self.revoke(list).await),
        };
        let reply = match result {
            Ok(()) => PartyReply::Done { id },
            Err(why) => PartyReply::Refused { id, why },
        };
        write(socket, &reply).await
    }

    /// A registrar's answer goes to the room.
    async fn answer(&self, id: u64, answer: Result<Envelope, wire::Denied>) -> Result<(), End> {
        // Who did not say that it is a registrar was asked nothing.
        let place = self.place.as_ref().ok_or(End::Malformed)?;
        let input = Input::RegistrarAnswer { connection: self.connection, id, answer };
        place.say(Command::Node(input)).await.map_err(|_| End::Restart)
    }

    async fn sign(&self, signature: PartySignature) -> Result<(), Why> {
        if signature.party != self.party || !is_signed(&self.manifest, &self.signed.payload, &signature) {
            return Err("this is not the party's signature under this manifest; sign with its root key".to_owned());
        }
        let summit = self.summit.clone();
        let is_agreed = self.ask(move |store| store.sign(&summit, &signature, wall_time())).await?;
        if is_agreed {
            tracing::info!(summit = %self.summit, "every party has signed: people can come in");
        }
        Ok(())
    }

    async fn invite(&self, invitation: Envelope, access: Bytes) -> Result<(), Why> {
        let now = wall_time();
        if !is_by_party(Domain::Invitation, &self.manifest, &self.party, &invitation, now) {
            return Err("the invitation is not signed by this party".to_owned());
        }
        let document: InvitationDocument =
            proof::document(&invitation.payload).ok_or("the invitation cannot be read")?;
        if document.summit != self.summit || document.party != self.party {
            return Err("the invitation is of another summit or another party".to_owned());
        }
        if self.manifest.plan.party_of(&document.seat).as_ref() != Some(&self.party) {
            return Err(format!("the party has no seat \"{}\"", document.seat));
        }
        if document.jti.as_ref().len() != JTI_BYTES || document.exp <= document.nbf || document.exp <= now {
            return Err("the invitation is over already, or its number has not 16 bytes; make a new one".to_owned());
        }
        let access = <[u8; 32]>::try_from(access.0).map_err(|_| "the hash of the access text has 32 bytes")?;
        let InvitationDocument { seat, jti, exp: expires, .. } = document;
        let link = NewInvitation { seat, jti, document: invitation, access: SecretHash(access), expires };
        let summit = self.summit.clone();
        self.ask(move |store| store.invite(&summit, &link, wall_time())).await.map(|_| ())
    }

    async fn withdraw(&self, jti: Bytes) -> Result<(), Why> {
        let (summit, party, plan) = (self.summit.clone(), self.party.clone(), self.manifest.plan.clone());
        let withdrawn = self.ask(move |store| {
            let link = store.invitation(&summit, &jti)?;
            if plan.party_of(&link.seat).as_ref() != Some(&party) {
                return Err(StoreError::NotFound);
            }
            store.revoke(link.id, wall_time())
        });
        let link = withdrawn.await?;
        // A thread that has stopped has let everybody go.
        drop(self.shared.rooms.revoke(&self.summit, InvitationId(link.id)).await);
        Ok(())
    }

    async fn revoke(&self, list: Envelope) -> Result<(), Why> {
        if !is_by_party(Domain::Revocation, &self.manifest, &self.party, &list, wall_time()) {
            return Err("the revocation list is not signed by this party".to_owned());
        }
        let new: RevocationList = proof::document(&list.payload).ok_or("the revocation list cannot be read")?;
        if new.summit != self.summit || new.party != self.party {
            return Err("the revocation list is of another summit or another party".to_owned());
        }
        let (summit, party, stored) = (self.summit.clone(), self.party.clone(), list.clone());
        self.ask(move |store| {
            let known = list_of(store, &summit, &party)?;
            if known.as_ref() == Some(&stored) {
                return Ok(());
            }
            let before = known.and_then(|known| proof::document::<RevocationList>(&known.payload));
            if before.is_some_and(|before| before.serials.iter().any(|serial| !new.serials.contains(serial))) {
                let why = "a serial of the former list is missing; what is revoked stays revoked";
                return Err(StoreError::Conflict(why.to_owned()));
            }
            store.revoke_certificates(&summit, &party, new.number, &stored)
        })
        .await?;
        // A thread that has stopped finds the list when it begins anew.
        drop(self.shared.rooms.revoked(&self.summit, list).await);
        Ok(())
    }

    /// Asks the store; its refusal in words for whoever holds the party's key.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Why> {
        ask_in_time(&self.shared.writer, work).await.map_err(|error| match error {
            StoreError::NotFound => "there is no such thing of this party in this summit".to_owned(),
            StoreError::Conflict(why) => why,
            StoreError::Ended => "the summit has ended".to_owned(),
            StoreError::NotAgreed | StoreError::Full => error.to_string(),
            StoreError::Unavailable(_) => "the server cannot store it now; try again in a moment".to_owned(),
        })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else { return };
        let connection = self.connection;
        // A room must not ask a registrar that is gone. Waiting for its thread is not for a destructor; where there is nothing
        // to wait with, the server has stopped.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { drop(place.say(Command::Disconnected(connection)).await) });
        }
    }
}
