//! `sommet invite`: personal links, one for each seat.

use std::time::Duration;

use serde::Serialize;
use server::BaseUrl;
use server::admin::{Command, NewLink, Reply};
use store::{Invitation, SecretHash, StoredSummit};
use wire::{SeatId, SummitId, WallTime};

use crate::admin::ask;
use crate::settings::Place;
use crate::{Outcome, secret, summit, time};

/// Make personal links to the seats of a summit, list them, withdraw them.
///
/// Each link is for one person and opens that person's seat, without an account. Its secret is shown once, here, and is
/// not kept: who loses a link gets a new one.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Invite {
    #[command(subcommand)]
    other: Option<Other>,
    /// The summit, as named by `sommet summit list`
    #[arg(required = true)]
    summit: Option<SummitId>,
    /// Only this seat; may be repeated [default: every seat]
    #[arg(long, value_name = "SEAT")]
    seat: Vec<SeatId>,
    /// For how long the link opens: a number and m, h, d or w
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = time::length)]
    expires: Duration,
    /// Where people find the server [default: where the running server says it is]
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    /// Withdraw the links of the named seats instead of making new ones
    #[arg(long, requires = "seat", conflicts_with = "base_url")]
    revoke: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Subcommand)]
enum Other {
    /// List the links of a summit, without their secrets
    List {
        /// The summit, as named by `sommet summit list`
        summit: SummitId,
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Withdraw a link: who came through it is shown out, and it opens no more
    Revoke {
        /// Its number, as shown by `sommet invite list`
        invitation: i64,
        #[command(flatten)]
        place: Place,
    },
}

/// A new link, as printed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) invitation: i64,
    pub(crate) seat: SeatId,
    pub(crate) link: String,
    pub(crate) expires: WallTime,
}

impl Invite {
    pub(crate) fn run(self) -> Outcome {
        match (self.other, self.summit) {
            (Some(Other::List { summit, json, place }), _) => list(summit, json, &place),
            (Some(Other::Revoke { invitation, place }), _) => revoke(invitation, &place),
            (None, Some(summit)) if self.revoke => revoke_seats(&summit, &self.seat, &self.place),
            (None, Some(summit)) => {
                let base_url = match self.base_url {
                    Some(url) => url.to_string(),
                    None => servers_url(&self.place)?,
                };
                let stored = summit::stored(&self.place, summit)?;
                let seats = if self.seat.is_empty() { all_seats(&stored) } else { self.seat };
                let expires = time::now().plus(self.expires);
                let links = make(&stored.id, &seats, expires, &base_url, |command| {
                    ask(&self.place, &command, |reply| {
                        if let Reply::Invited { invitations } = reply { Some(invitations) } else { None }
                    })
                })?;
                if self.json {
                    println!("{}", serde_json::to_string(&links)?)
                } else {
                    print(&stored, &links)
                }
                Ok(())
            }
            // clap refuses a line with neither.
            (None, None) => Err("name a summit; `sommet summit list` shows them".into()),
        }
    }
}

/// Draws a secret for each seat and has the hashes stored by `store`, which returns the numbers of the links.
pub(crate) fn make<E>(
    summit: &SummitId,
    seats: &[SeatId],
    expires: WallTime,
    base_url: &str,
    store: impl FnOnce(Command) -> Result<Vec<i64>, E>,
) -> Result<Vec<Link>, E> {
    let secrets: Vec<_> = seats.iter().map(|_| secret::link_secret()).collect();
    let hashed = seats.iter().zip(&secrets);
    let links = hashed.map(|(seat, secret)| NewLink { seat: seat.clone(), secret: SecretHash::of(secret) }).collect();
    let invitations = store(Command::Invite { summit: summit.clone(), links, expires })?;
    let numbered = seats.iter().zip(secrets).zip(invitations);
    Ok(numbered
        .map(|((seat, secret), invitation)| Link {
            invitation,
            seat: seat.clone(),
            // Behind the "#", where browsers keep it to themselves: it reaches no log and no proxy.
            link: format!("{base_url}/#/join/{secret}"),
            expires,
        })
        .collect())
}

pub(crate) fn all_seats(stored: &StoredSummit) -> Vec<SeatId> {
    stored.plan.seats().map(|(_, seat)| seat.id.clone()).collect()
}

/// Where the running server says it is; else what the settings say, or under their first name.
fn servers_url(place: &Place) -> Result<String, Box<dyn std::error::Error>> {
    let urls =
        ask(place, &Command::Addresses, |reply| if let Reply::Addresses { urls } = reply { Some(urls) } else { None })?;
    if let Some(url) = urls.into_iter().next() {
        return Ok(url);
    }
    let settings = place.load(&())?.settings;
    if let Some(url) = settings.base_url {
        return Ok(url.to_string());
    }
    match (settings.host_names.first(), settings.listen.first()) {
        (Some(name), Some(address)) if !settings.plain_http && address.port() != 0 => {
            Ok(format!("https://{}:{}", name.in_url(), address.port()))
        }
        _ => Err(
            "no server runs on these data, so the address for the links is not known; start it with `sommet serve`, \
                  or give the address: --base-url https://summit.example:8443"
                .into(),
        ),
    }
}

fn print(stored: &StoredSummit, links: &[Link]) {
    let title = stored.plan.title.in_language("en");
    let until = links.first().map_or_else(String::new, |link| time::written(link.expires));
    println!("Links to \"{title}\", until {until}.");
    println!("Each is for one person only: send it to nobody else. It is not shown again.\n");
    for link in links {
        let Some(seat) = stored.plan.seat(&link.seat) else { continue };
        let side = stored.plan.delegation_of(&link.seat).map_or("Secretariat", |side| side.name.in_language("en"));
        println!("{}, {} ({side})", seat.name.in_language("en"), seat.title.in_language("en"));
        println!("  {}", link.link);
        println!("  to withdraw it: sommet invite revoke {}\n", link.invitation);
    }
}

fn invitations(summit: &SummitId, place: &Place) -> Result<Vec<Invitation>, Box<dyn std::error::Error>> {
    ask(place, &Command::ListInvitations { summit: summit.clone() }, |reply| {
        if let Reply::Invitations { invitations } = reply { Some(invitations) } else { None }
    })
}

fn list(summit: SummitId, json: bool, place: &Place) -> Outcome {
    let invitations = invitations(&summit, place)?;
    if json {
        println!("{}", serde_json::to_string(&invitations)?);
        return Ok(());
    }
    if invitations.is_empty() {
        println!("Nobody is invited yet. Make the links: sommet invite {summit}");
    }
    let now = time::now();
    for invitation in invitations {
        let state = match invitation.revoked {
            Some(revoked) => format!("withdrawn {}", time::written(revoked)),
            None if invitation.expires <= now => format!("expired {}", time::written(invitation.expires)),
            None => format!("opens until {}", time::written(invitation.expires)),
        };
        println!("{:>6}  {:<24} {state}", invitation.id, invitation.seat.as_str());
    }
    Ok(())
}

fn revoke(invitation: i64, place: &Place) -> Outcome {
    let was = ask(place, &Command::Revoke { invitation }, |reply| {
        if let Reply::Revoked { invitation } = reply { Some(invitation) } else { None }
    })?;
    match was.revoked {
        None => println!("The link {invitation} to the seat {} is withdrawn.", was.seat),
        Some(before) => println!("The link {invitation} was withdrawn already, {}.", time::written(before)),
    }
    Ok(())
}

/// Withdraws every link of the seats that is not withdrawn yet.
fn revoke_seats(summit: &SummitId, seats: &[SeatId], place: &Place) -> Outcome {
    let open = invitations(summit, place)?.into_iter().filter(|link| link.revoked.is_none());
    let named: Vec<_> = open.filter(|link| seats.contains(&link.seat)).collect();
    if let Some(seat) = seats.iter().find(|seat| named.iter().all(|link| link.seat != **seat)) {
        return Err(format!("the seat \"{seat}\" has no link to withdraw; nothing was done").into());
    }
    named.iter().try_for_each(|link| revoke(link.id, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_stands_behind_the_hash_sign_and_only_its_hash_is_stored() {
        let (summit, seat) = (SummitId::new("s").unwrap(), SeatId::new("a").unwrap());
        let mut stored = None;
        let links = make(&summit, &[seat], WallTime(1), "https://a", |command| {
            stored = Some(command);
            Ok::<_, ()>(vec![7])
        });
        let links = links.unwrap();
        let secret = links[0].link.strip_prefix("https://a/#/join/").unwrap();
        let Some(Command::Invite { links: hashes, .. }) = stored else { panic!() };
        assert_eq!(hashes[0].secret, SecretHash::of(secret));
        assert!(!serde_json::to_string(&hashes[0]).unwrap().contains(secret));
    }
}
