//! What a seat can ask of the meeting. Everything else a participant says (devices, media) is no matter of rules.

use wire::{AgendaItemId, GroupId, Request, SeatId};

use crate::InterpretationAction;

/// One thing asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A head of delegation says "ready", or takes it back with `false`.
    Ready(bool),
    /// Ask for the floor.
    RaiseHand,
    /// Take that seat's hand down.
    LowerHand(SeatId),
    /// Give the floor to that seat.
    GiveFloor(SeatId),
    /// Yield the floor, one's own or on the speaker's behalf.
    YieldFloor,
    /// Open that item of the agenda.
    OpenAgenda(AgendaItemId),
    /// Call these people to a caucus, besides oneself.
    OpenCaucus(Vec<SeatId>),
    /// Go into that caucus.
    EnterCaucus(GroupId),
    /// Come back from the caucus one is in.
    LeaveCaucus,
    /// Something about booths and channels.
    Interpretation(InterpretationAction),
    /// End the summit.
    End,
}

impl Action {
    /// What a request asks of the meeting; none for requests that ask nothing of it.
    pub fn from_request(request: &Request) -> Option<Self> {
        let asked = |action| Some(Self::Interpretation(action));
        match request {
            Request::Ready { ready } => Some(Self::Ready(*ready)),
            Request::RaiseHand => Some(Self::RaiseHand),
            Request::LowerHand { seat } => Some(Self::LowerHand(seat.clone())),
            Request::GiveFloor { seat } => Some(Self::GiveFloor(seat.clone())),
            Request::YieldFloor => Some(Self::YieldFloor),
            Request::OpenAgenda { item } => Some(Self::OpenAgenda(item.clone())),
            Request::OpenCaucus { seats } => Some(Self::OpenCaucus(seats.clone())),
            Request::EnterCaucus { caucus } => Some(Self::EnterCaucus(caucus.clone())),
            Request::LeaveCaucus => Some(Self::LeaveCaucus),
            Request::End => Some(Self::End),
            Request::AssignInterpreter { booth, seat, assigned } => {
                asked(InterpretationAction::Assign { booth: booth.clone(), seat: seat.clone(), assigned: *assigned })
            }
            Request::BoothMicrophone { open } => asked(InterpretationAction::Microphone(*open)),
            Request::BoothOutgoing { language } => asked(InterpretationAction::Outgoing(language.clone())),
            Request::BoothRelay { channel } => asked(InterpretationAction::Relay(channel.clone())),
            Request::HandOver { to, after } => asked(InterpretationAction::HandOver { to: to.clone(), after: *after }),
            Request::AcceptHandover => asked(InterpretationAction::AcceptHandover),
            Request::EndHandover => asked(InterpretationAction::EndHandover),
            Request::SuspendBooth { booth, reason } => asked(InterpretationAction::Suspend(booth.clone(), *reason)),
            Request::ResumeBooth { booth } => asked(InterpretationAction::Resume(booth.clone())),
            Request::SetChannel { channel, open } => asked(InterpretationAction::SetChannel(channel.clone(), *open)),
            Request::SetInterpretationMode { mode } => asked(InterpretationAction::SetMode(*mode)),
            Request::PassTurn { rendering } => asked(InterpretationAction::PassTurn(*rendering)),
            Request::Speak { language } => asked(InterpretationAction::Speak(language.clone())),
            Request::Hello { .. }
            | Request::Signal { .. }
            | Request::Listen { .. }
            | Request::Ping { .. }
            | Request::Enter { .. }
            | Request::Leave
            | Request::Devices { .. }
            | Request::MediaOffer { .. }
            | Request::MediaWant { .. }
            | Request::MediaPublish { .. }
            | Request::Quality { .. }
            | Request::CertificateRequest { .. }
            | Request::SealResume { .. }
            | Request::SealPackages { .. }
            | Request::MlsCreate { .. }
            | Request::MlsCommit { .. }
            | Request::MlsExternal { .. }
            | Request::MlsApplied { .. }
            | Request::MlsRefused { .. }
            | Request::MlsResync { .. }
            | Request::MlsApp { .. }
            | Request::Whisper { .. }
            | Request::OpenPair { .. } => None,
        }
    }
}
