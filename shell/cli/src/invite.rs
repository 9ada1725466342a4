//! `sommet invite`: personal links, one for each seat.

use std::time::Duration;

use seal::error::RegistrarError;
use seal::registrar::Invited;
use serde::Serialize;
use server::BaseUrl;
use server::admin::{Command, Reply};
use store::{Invitation, SecretHash};
use wire::{PartyMessage, SeatId, SummitId, SummitPlan, WallTime};

use crate::admin::ask;
use crate::office::{self, Line, Office};
use crate::settings::Place;
use crate::{Outcome, secret, time};

/// Make personal links to the seats of one's own party; list and withdraw links as the operator of the server.
///
/// Each link is for one person and opens that person's seat, without an account. Its secret is shown once, here, and neither
/// the server nor the registrar keeps it: who loses a link gets a new one. Whoever comes by it is admitted by `sommet registrar`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Invite {
    #[command(subcommand)]
    other: Option<Other>,
    /// The summit, as named by `sommet summit list`
    #[arg(required = true)]
    summit: Option<SummitId>,
    /// Only this seat; may be repeated [default: every seat of the party]
    #[arg(long, value_name = "SEAT")]
    seat: Vec<SeatId>,
    /// For how long the link opens: a number and m, h, d or w
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = time::length)]
    expires: Duration,
    /// Where people find the server [default: where the running server says it is]
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    /// Withdraw the links of the named seats instead of making new ones, on the server's own machine
    #[arg(long, requires = "seat", conflicts_with_all = ["base_url", "key", "server"])]
    revoke: bool,
    #[command(flatten)]
    office: office::Maybe,
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
                let args = self.office.given().ok_or(
                    "links are made by a party, with its key: sommet invite SUMMIT --key FILE --server URL. Withdrawing is \
                     the operator's too: sommet invite revoke NUMBER",
                )?;
                let office = Office::open(&args, summit)?;
                let base_url = self.base_url.map(|url| url.to_string());
                let wish = Wish { seats: self.seat, expires: self.expires, base_url };
                let (plan, links) = tokio::runtime::Runtime::new()?.block_on(async {
                    let mut line = office.connect(false).await?;
                    let made = invite(&office, &mut line, wish).await?;
                    line.close().await;
                    Ok::<_, Box<dyn std::error::Error>>(made)
                })?;
                if self.json {
                    println!("{}", serde_json::to_string(&links)?)
                } else {
                    print(&office, &plan, &links)
                }
                Ok(())
            }
            // clap refuses a line with neither.
            (None, None) => Err("name a summit; `sommet summit list` shows them".into()),
        }
    }
}

/// Which links are wanted.
pub(crate) struct Wish {
    /// To which seats; none: to every seat of the party.
    pub(crate) seats: Vec<SeatId>,
    /// For how long they open.
    pub(crate) expires: Duration,
    /// What they begin with; none: as the server says.
    pub(crate) base_url: Option<String>,
}

/// Makes links and has the server store what opens a session. The proof keys are kept before the server knows of a link; the
/// secrets are in what is returned, and nowhere else.
pub(crate) async fn invite(
    office: &Office,
    line: &mut Line,
    wish: Wish,
) -> Result<(SummitPlan, Vec<Link>), Box<dyn std::error::Error>> {
    let plan = office.signed_here(&line.manifest)?.document().plan.clone();
    let is_own = |seat: &SeatId| plan.party_of(seat).as_ref() == Some(&office.party);
    let seats = if wish.seats.is_empty() {
        plan.seats().map(|(_, seat)| seat.id.clone()).filter(is_own).collect()
    } else {
        wish.seats
    };
    if let Some(seat) = seats.iter().find(|seat| !is_own(seat)) {
        return Err(format!("\"{seat}\" is no seat of {}; each party invites its own people", office.party).into());
    }
    let base_url = wish.base_url.unwrap_or_else(|| line.base_url.clone());
    let (now, expires) = (time::now(), time::now().plus(wish.expires));
    let made = office.with_registrar(|registrar| {
        let one = |seat: &SeatId| registrar.invite(&plan, seat, now, expires, &mut secret::entropy());
        seats.iter().map(one).collect::<Result<Vec<Invited>, RegistrarError>>()
    })??;
    let mut links = Vec::new();
    for (seat, invited) in seats.into_iter().zip(made) {
        let access = wire::Bytes(SecretHash::of(&invited.secret.access()).0.to_vec());
        let invitation = invited.invitation;
        line.ask(|id| PartyMessage::Invite { id, invitation, access }).await?;
        // Behind the "#", where browsers keep it to themselves: it reaches no log and no proxy.
        let link = format!("{base_url}/#/join/{}", invited.secret.reveal());
        links.push(Link { seat, link, expires });
    }
    Ok((plan, links))
}

fn print(office: &Office, plan: &SummitPlan, links: &[Link]) {
    let title = plan.title.in_language("en");
    let until = links.first().map_or_else(String::new, |link| time::written(link.expires));
    println!("Links to \"{title}\", until {until}.");
    println!("Each is for one person only: send it to nobody else. It is not shown again.\n");
    for link in links {
        let Some(seat) = plan.seat(&link.seat) else { continue };
        println!("{}, {} ({})", seat.name.in_language("en"), seat.title.in_language("en"), seat.id);
        println!("  {}\n", link.link);
    }
    let (summit, party) = (&office.summit, &office.party);
    println!("They open while the registrar of {party} runs: sommet registrar {summit} --key FILE --server URL");
    println!("To take one back: sommet revoke {summit} --seat SEAT --key FILE --server URL");
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
        println!("Nobody is invited yet. Each party makes its links: sommet invite {summit} --key FILE --server URL");
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
