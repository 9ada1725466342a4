//! Requests that were not answered yet. What changes the meeting is sent again after a reconnection, with the same id, so
//! that it is done once or said not to be; what belongs to one connection is forgotten with it.

use wire::{ClientMessage, Request, RequestId};

/// The requests, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    unanswered: Vec<ClientMessage>,
}

impl Requests {
    pub(crate) fn add(&mut self, message: ClientMessage) {
        self.unanswered.push(message);
    }

    /// The request that an answer is for; none if it was answered before.
    pub(crate) fn answered(&mut self, id: &RequestId) -> Option<ClientMessage> {
        let place = self.unanswered.iter().position(|message| message.id == *id)?;
        Some(self.unanswered.remove(place))
    }

    /// Whether something that changes the meeting is on its way.
    pub(crate) fn is_deciding(&self) -> bool {
        let is_written = |request: &Request| matches!(request, Request::MlsApp { .. });
        let decides = |message: &ClientMessage| outlives_connection(&message.request) && !is_written(&message.request);
        self.unanswered.iter().any(decides)
    }

    /// A new connection stands: what must be said again on it.
    pub(crate) fn again(&mut self) -> impl Iterator<Item = ClientMessage> {
        self.unanswered.retain(|message| outlives_connection(&message.request));
        self.unanswered.iter().cloned()
    }
}

/// Whether a request is about the meeting. The others are about the connection; a participant makes them anew, from how
/// things then are.
fn outlives_connection(request: &Request) -> bool {
    match request {
        Request::Leave
        | Request::Ready { .. }
        | Request::RaiseHand
        | Request::LowerHand { .. }
        | Request::GiveFloor { .. }
        | Request::YieldFloor
        | Request::OpenAgenda { .. }
        | Request::OpenCaucus { .. }
        | Request::EnterCaucus { .. }
        | Request::LeaveCaucus
        | Request::AssignInterpreter { .. }
        | Request::BoothMicrophone { .. }
        | Request::BoothOutgoing { .. }
        | Request::BoothRelay { .. }
        | Request::HandOver { .. }
        | Request::AcceptHandover
        | Request::EndHandover
        | Request::SuspendBooth { .. }
        | Request::ResumeBooth { .. }
        | Request::SetChannel { .. }
        | Request::SetInterpretationMode { .. }
        | Request::PassTurn { .. }
        | Request::Speak { .. }
        | Request::OpenPair { .. }
        | Request::MlsApp { .. }
        | Request::End => true,
        Request::Hello { .. }
        | Request::Ping { .. }
        | Request::Enter { .. }
        | Request::Devices { .. }
        | Request::MediaOffer { .. }
        | Request::MediaWant { .. }
        | Request::MediaPublish { .. }
        | Request::Quality { .. }
        | Request::Whisper { .. }
        // Of a moment; who listens says so again.
        | Request::Signal { .. }
        | Request::Listen { .. }
        | Request::CertificateRequest { .. }
        | Request::SealResume { .. }
        | Request::SealPackages { .. }
        | Request::MlsCreate { .. }
        | Request::MlsCommit { .. }
        | Request::MlsExternal { .. }
        | Request::MlsApplied { .. }
        | Request::MlsRefused { .. }
        | Request::MlsResync { .. } => false,
    }
}
