//! `sommet summit`: propose, sign, list, show and end summits.

mod agree;

use std::io::Read;
use std::path::{Path, PathBuf};

use seal::PublicKey;
use seal::manifest::{self, Manifest, summit_code};
use server::admin::{Command, Reply, SummitLine, unsigned};
use store::StoredSummit;
use wire::{Role, Seat, SignedManifest, SummitId};

use crate::admin::ask;
use crate::office;
use crate::settings::Place;
use crate::summit_file::{self, FILE_BYTES_MAX, Proposal};
use crate::{Outcome, passphrase, secret, time};
pub(crate) use agree::sign_with;

/// Propose, sign, list, show and end summits.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Summit {
    /// Propose a summit from a file, for its parties to sign; docs/examples/summit.toml is one to start from
    Propose {
        /// Who meets, in which order, about what, with which keys. Every mistake in it is named with its line and how to mend it
        file: PathBuf,
        /// Sign at once with this key, for a party of one's own; may be repeated
        #[arg(long, value_name = "FILE")]
        key: Vec<PathBuf>,
        #[command(flatten)]
        passphrase: passphrase::Source,
        /// Print the new summit as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Look at a proposed summit, and sign it for a party
    Sign {
        /// The summit, as named by whoever proposed it
        summit: SummitId,
        /// Sign without asking: for who has compared everything already
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        office: office::Args,
    },
    /// Show who has signed a summit, and its code: with a party's key over the network, or on the server's own machine
    Status {
        /// The summit
        summit: SummitId,
        /// Print as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        office: office::Maybe,
        #[command(flatten)]
        place: Place,
    },
    /// List all summits, newest first
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show who meets at a summit, and its agenda
    Show {
        /// The summit, as named by `sommet summit list`
        summit: SummitId,
        /// Print everything as JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// End a summit for good: everybody in it is told, and its links open no more
    End {
        /// The summit, as named by `sommet summit list`
        summit: SummitId,
        #[command(flatten)]
        place: Place,
    },
}

impl Summit {
    pub(crate) fn run(self) -> Outcome {
        match self {
            Self::Propose { file, key, passphrase, json, place } => propose(&file, &key, &passphrase, json, &place),
            Self::Sign { summit, yes, office } => agree::sign(summit, yes, &office),
            Self::Status { summit, json, office, place } => {
                if let Some(office) = office.given() {
                    return agree::status(summit, json, &office);
                }
                let stored = stored(&place, summit)?;
                let manifest = stored.manifest.as_ref().ok_or_else(|| unsealed(&stored.id))?;
                agree::print_status(manifest, json)
            }
            Self::List { json, place } => list(json, &place),
            Self::Show { summit, json, place } => show(summit, json, &place),
            Self::End { summit, place } => {
                let command = Command::EndSummit { summit: summit.clone() };
                ask(&place, &command, |reply| matches!(reply, Reply::Done).then_some(()))?;
                println!("The summit {summit} has ended.");
                Ok(())
            }
        }
    }
}

/// One summit, from the store.
pub(crate) fn stored(place: &Place, summit: SummitId) -> Result<StoredSummit, Box<dyn std::error::Error>> {
    ask(
        place,
        &Command::ShowSummit { summit },
        |reply| if let Reply::Summit { summit } = reply { Some(*summit) } else { None },
    )
}

/// Reads a summit's file.
fn read(file: &Path) -> Result<Proposal, Box<dyn std::error::Error>> {
    let name = file.display().to_string();
    let cannot_read = |error: std::io::Error| format!("{name} cannot be read: {error}");
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(cannot_read)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("{name} is larger than a summit's file may be ({} kB)", FILE_BYTES_MAX / 1024).into());
    }
    let source =
        summit_file::text(&bytes).map_err(|(mistake, before)| summit_file::report(&[mistake], &name, before))?;
    Ok(summit_file::read(source).map_err(|mistakes| summit_file::report(&mistakes, &name, source))?)
}

fn propose(file: &Path, keys: &[PathBuf], passphrase: &passphrase::Source, json: bool, place: &Place) -> Outcome {
    let Proposal { plan, roots } = read(file)?;
    let client = server::client().map(|client| client.hash);
    let manifest = Manifest::new(secret::summit_id(), plan, &roots, client, time::now())?;
    let mut signed = manifest.propose();
    for key in keys {
        let key = office::KeyArgs { key: key.clone(), passphrase: passphrase.clone() };
        let (party, key) = key.open()?;
        let signature = manifest::sign(&signed, &party, &key)?;
        signed.signatures.push(signature);
    }
    create(&signed, |command| ask(place, &command, |reply| matches!(reply, Reply::Done).then_some(())))?;
    let (id, plan) = (&manifest.document().summit, &manifest.document().plan);
    let missing: Vec<_> =
        manifest.document().parties.iter().map(|party| &party.id).filter(|id| !has_signed(&signed, id)).collect();
    let (seats, sides) = (plan.seats().count(), plan.delegations.len());
    if json {
        let (title, code) = (&plan.title, summit_code(&signed));
        let told = serde_json::json!({
            "id": id, "title": title, "delegations": sides, "seats": seats, "code": code, "unsigned": missing
        });
        println!("{told}");
    } else {
        println!("Proposed the summit {id}: {} ({sides} delegations, {seats} seats)", plan.title.in_language("en"));
        println!("Its code, which the parties compare: {}", summit_code(&signed));
        if missing.is_empty() {
            println!("Every party has signed. Next, for each party: sommet invite {id} --key FILE --server URL");
        }
        for party in missing {
            println!(
                "{party} has not signed. On its machine: sommet summit sign {id} --key {party}.key.json --server URL"
            );
        }
    }
    Ok(())
}

/// Has a summit created by `store`.
pub(crate) fn create<E>(
    signed: &SignedManifest,
    store: impl FnOnce(Command) -> Result<(), E>,
) -> Result<(), Box<dyn std::error::Error>>
where
    Box<dyn std::error::Error>: From<E>,
{
    Ok(store(Command::Propose { manifest: Box::new(signed.clone()) })?)
}

fn has_signed(manifest: &SignedManifest, party: &wire::PartyId) -> bool {
    manifest.signatures.iter().any(|signature| &signature.party == party)
}

fn unsealed(summit: &SummitId) -> String {
    format!(
        "the summit {summit} is of a version of Sommet that did not seal; it is over, propose it again from its file"
    )
}

fn list(json: bool, place: &Place) -> Outcome {
    let summits =
        ask(
            place,
            &Command::ListSummits,
            |reply| if let Reply::Summits { summits } = reply { Some(summits) } else { None },
        )?;
    if json {
        println!("{}", serde_json::to_string(&summits)?);
    } else if summits.is_empty() {
        println!("There is no summit yet. Propose one: sommet summit propose FILE.toml");
    }
    for summit in summits.iter().filter(|_| !json) {
        println!("{}", line(summit));
    }
    Ok(())
}

fn line(summit: &SummitLine) -> String {
    let sides: Vec<_> = summit.delegations.iter().map(|side| side.in_language("en")).collect();
    let parties: Vec<_> = summit.unsigned.iter().map(|party| party.as_str()).collect();
    let state = match summit.ended {
        Some(ended) if summit.unsealed => {
            format!("ended {}: of a version that did not seal, propose it again", time::written(ended))
        }
        Some(ended) => format!("ended {}", time::written(ended)),
        None if parties.is_empty() => format!("agreed; proposed {}", time::written(summit.created)),
        None => format!("not signed by {}; proposed {}", parties.join(", "), time::written(summit.created)),
    };
    let title = summit.title.in_language("en");
    format!("{}  {title}\n            {}; {} seats; {state}", summit.id, sides.join(", "), summit.seats)
}

fn show(summit: SummitId, json: bool, place: &Place) -> Outcome {
    let stored = stored(place, summit)?;
    if json {
        println!("{}", serde_json::to_string(&stored)?);
        return Ok(());
    }
    let plan = &stored.plan;
    println!("{}\n\n  Summit    {}", plan.title.in_language("en"), stored.id);
    println!("  Proposed  {}", time::written(stored.created));
    let missing: Vec<_> = unsigned(&stored).iter().map(ToString::to_string).collect();
    match (&stored.manifest, stored.agreed) {
        (None, _) => println!("  Signed    never: {}", unsealed(&stored.id)),
        (Some(_), Some(agreed)) => println!("  Signed    by every party, {}", time::written(agreed)),
        (Some(_), None) => println!("  Signed    not by {}", missing.join(", ")),
    }
    if let Some(manifest) = &stored.manifest {
        println!("  Code      {}", summit_code(manifest));
    }
    if let Some(ended) = stored.ended {
        println!("  Ended     {}", time::written(ended));
    }
    let chairs: Vec<_> = plan.chair.iter().map(ToString::to_string).collect();
    println!("  Chair     {}", chairs.join(", "));
    print_plan(plan, |_| None);
    Ok(())
}

/// Prints who meets, about what; with each party the fingerprint of its key.
fn print_plan(plan: &wire::SummitPlan, key: impl Fn(&str) -> Option<PublicKey>) {
    let print_key = |party: &str| {
        if let Some(key) = key(party) {
            println!("  key {}", key.fingerprint());
        }
    };
    for side in &plan.delegations {
        println!("\n{}", side.name.in_language("en"));
        print_key(side.id.as_str());
        side.seats.iter().for_each(print_seat);
    }
    if !plan.secretariat.is_empty() {
        println!("\nSecretariat");
        print_key(wire::SECRETARIAT);
        plan.secretariat.iter().for_each(print_seat);
    }
    if !plan.agenda.is_empty() {
        println!("\nAgenda");
    }
    for item in &plan.agenda {
        println!("  {:<24} {} ({} min)", item.id.as_str(), item.title.in_language("en"), item.minutes);
    }
}

fn print_seat(seat: &Seat) {
    let languages: Vec<_> = seat.languages.iter().map(|language| language.as_str()).collect();
    let (name, title) = (seat.name.in_language("en"), seat.title.in_language("en"));
    let role = role_name(seat.role);
    println!("  {:<24} {name}, {title} ({role}; {}; {})", seat.id.as_str(), languages.join(", "), seat.time_zone);
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Adviser => "adviser",
        Role::Chair => "chair",
        Role::Interpreter => "interpreter",
        Role::Captioner => "captioner",
        Role::NoteTaker => "note-taker",
        Role::Observer => "observer",
        Role::PressOfficer => "press officer",
        Role::Principal => "head of delegation",
        Role::Technician => "technician",
    }
}
