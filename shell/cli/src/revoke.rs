//! `sommet revoke`: takes back what a party gave to one of its people: the certificate, and the link.

use seal::document::{InvitationId, Serial};
use seal::registrar::{Registrar, RegistrarState};
use seal::signed::{Domain, verifies};
use wire::{Envelope, PartyMessage, RevocationList, SeatId, SummitId};

use crate::Outcome;
use crate::office::{self, Office};

/// Take back the certificates and the links of a seat: the device is shown out, and is let in nowhere any more.
///
/// Afterwards `sommet invite` makes a new link for the same seat.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The summit
    summit: SummitId,
    /// Whose; may be repeated
    #[arg(long, value_name = "SEAT", required = true)]
    seat: Vec<SeatId>,
    #[command(flatten)]
    office: office::Args,
}

impl Revoke {
    pub(crate) fn run(self) -> Outcome {
        let office = Office::open(&self.office, self.summit)?;
        tokio::runtime::Runtime::new()?.block_on(revoke(&office, &self.seat))
    }
}

async fn revoke(office: &Office, seats: &[SeatId]) -> Outcome {
    let mut line = office.connect(false).await?;
    let key = office.key().public();
    let is_own = |list: &Envelope| verifies(Domain::Revocation, &list.payload, &list.signature, &key);
    let known = line.revocation.clone().filter(is_own);
    let (links, list) = office.with_registrar(|registrar| {
        adopt(registrar, office, known.as_ref());
        take_back(registrar, seats)
    })?;
    if let Some(seat) = seats.iter().find(|seat| links.iter().all(|(of, _)| of != *seat)) {
        return Err(format!(
            "the seat \"{seat}\" has no invitation by this registrar; nothing was taken back. The state of the registrar \
             must stand beside the key: run this where `sommet invite` ran"
        )
        .into());
    }
    for (_, jti) in &links {
        line.ask(|id| PartyMessage::Withdraw { id, jti: (*jti).into() }).await?;
    }
    if let Some(list) = list {
        line.ask(|id| PartyMessage::Revoke { id, list }).await?;
    }
    line.close().await;
    for seat in seats {
        println!("What {seat} was given is taken back. A new link: sommet invite {} --seat {seat} ...", office.summit);
    }
    Ok(())
}

/// Goes on from the list that the server has, where it is later than the own state: one that was restored from a copy.
fn adopt(registrar: &mut Registrar, office: &Office, known: Option<&Envelope>) {
    let body = known.and_then(|list| serde_json::from_slice::<RevocationList>(list.payload.as_ref()).ok());
    let Some(body) = body.filter(|body| body.summit == office.summit && body.party == office.party) else { return };
    let mut state: RegistrarState = registrar.state().clone();
    if body.number <= state.list {
        return;
    }
    state.list = body.number;
    let serials = body.serials.iter().filter_map(|serial| Serial::try_from(serial).ok());
    let missing: Vec<_> = serials.filter(|serial| !state.revoked.contains(serial)).collect();
    state.revoked.extend(missing);
    if let Ok(key) = seal::SigningKey::from_seed(*office.key().seed()) {
        *registrar = Registrar::restore(key, state);
    }
}

/// Withdraws the invitations of the seats; returns them, and the new list if any of them had been used.
fn take_back(registrar: &mut Registrar, seats: &[SeatId]) -> (Vec<(SeatId, InvitationId)>, Option<Envelope>) {
    let of_seats = |issued: &&seal::registrar::Issued| seats.contains(&issued.seat);
    let links: Vec<_> =
        registrar.state().invitations.iter().filter(of_seats).map(|issued| (issued.seat.clone(), issued.jti)).collect();
    if seats.iter().any(|seat| links.iter().all(|(of, _)| of != seat)) {
        return (links, None);
    }
    let serials: Vec<Serial> = links.iter().filter_map(|(_, jti)| registrar.withdraw(jti)).collect();
    let list = (!serials.is_empty()).then(|| registrar.revoke(&serials));
    (links, list)
}
