//! Recordings for the web client: what one seat was told in a simulated summit, and the view it must come to. The web
//! client's reducer is tested with them, so that both ends fold one and the same meeting.

use std::time::Duration;

use serde_json::{Value, json};
use wire::{AgendaItemId, Request, SeatId, ServerMessage};

use crate::finding::Finding;
use crate::network::Conditions;
use crate::{World, plans, run};

/// Which summit is recorded; any number would do.
const SEED: u64 = 7;

/// A file of recordings.
pub struct Recording {
    /// Its name, without a folder.
    pub file: &'static str,
    /// What is in it: JSON, with a line break at the end.
    pub text: String,
}

/// Holds the recorded summits anew.
///
/// # Errors
/// One of them went wrong.
pub fn recordings() -> Result<Vec<Recording>, Finding> {
    let world = a_whole_meeting()?;
    let about = |who: &str| format!("A whole simulated meeting, from the first page opened on, as {who} was told it.");
    Ok(vec![
        recording(&world, "simulated-adviser.json", &about("an adviser"), "vesland-adviser-1")?,
        recording(&world, "simulated-chair.json", &about("the chair"), "chair")?,
    ])
}

/// Lobby, reveal, hands, floor, agenda; somebody is lost and comes back, somebody leaves, a kill of the server.
fn a_whole_meeting() -> Result<World, Finding> {
    let network = Conditions::perfect(Duration::from_millis(20));
    let mut world = run::plenary(SEED, plans::two_delegations(), network)?;
    let seat = |id: &str| SeatId::new(id).map_err(|error| world.finding(error.to_string()));
    let (meridia, vesland, chair) = (seat("meridia-head")?, seat("vesland-head")?, seat("chair")?);
    let (adviser, other_adviser) = (seat("meridia-adviser-1")?, seat("vesland-adviser-1")?);
    let passage = AgendaItemId::new("passage").map_err(|error| world.finding(error.to_string()))?;
    let pause = Duration::from_secs(1);
    for (who, request) in [
        (&chair, Request::OpenAgenda { item: passage }),
        (&meridia, Request::RaiseHand),
        (&other_adviser, Request::RaiseHand),
        (&vesland, Request::RaiseHand),
        (&chair, Request::GiveFloor { seat: meridia.clone() }),
        (&other_adviser, Request::LowerHand { seat: other_adviser.clone() }),
    ] {
        world.asks(who, request);
        world.run_for(pause)?;
    }
    world.loses_connection(&vesland);
    world.leaves(&adviser);
    world.run_for(4 * pause)?;
    world.kill_server(pause);
    world.run_for(8 * pause)?;
    world.asks(&chair, Request::GiveFloor { seat: vesland });
    world.run_for(2 * pause)?;
    Ok(world)
}

fn recording(world: &World, file: &'static str, about: &str, seat: &str) -> Result<Recording, Finding> {
    let device = world.devices.iter().find(|device| device.seat.as_str() == seat);
    let Some((device, view)) = device.and_then(|device| Some((device, device.participant().meeting()?))) else {
        return Err(world.finding(format!("{seat} saw nothing")));
    };
    let messages: Vec<&ServerMessage> = device.messages().iter().filter(|message| is_recorded(message)).collect();
    let value: Value = json!({"about": about, "seat": seat, "messages": messages, "view": view});
    Ok(Recording { file, text: format!("{value:#}\n") })
}

/// What is the same every time: no keys, and nothing whose moment depends on a packet.
fn is_recorded(message: &ServerMessage) -> bool {
    match message {
        ServerMessage::Welcome { .. }
        | ServerMessage::SeatTaken { .. }
        | ServerMessage::Event { .. }
        | ServerMessage::Presence { .. }
        | ServerMessage::SourceOpened { .. }
        | ServerMessage::SourceClosed { .. }
        | ServerMessage::Quality { .. }
        | ServerMessage::Reply { .. }
        | ServerMessage::Bye { .. } => true,
        ServerMessage::Speaking { .. }
        | ServerMessage::MediaAnswer { .. }
        | ServerMessage::MediaSlots { .. }
        | ServerMessage::MediaLayers { .. }
        | ServerMessage::CertificateIssued { .. }
        | ServerMessage::CertificateDenied { .. }
        | ServerMessage::CertificateWaiting
        | ServerMessage::CertificatesRevoked { .. }
        | ServerMessage::SealGroups { .. }
        | ServerMessage::SealPackagesWanted { .. }
        | ServerMessage::MlsWanted { .. }
        | ServerMessage::MlsCommitted { .. }
        | ServerMessage::MlsWelcome { .. }
        | ServerMessage::MlsGroupInfo { .. }
        | ServerMessage::MlsSwitch { .. }
        | ServerMessage::MlsVoid { .. }
        | ServerMessage::MlsApp { .. }
        | ServerMessage::SealSuspect { .. }
        | ServerMessage::Interpreting { .. }
        | ServerMessage::Signal { .. }
        | ServerMessage::Audience { .. }
        | ServerMessage::Whispering { .. }
        | ServerMessage::Pong { .. } => false,
    }
}
