//! `sommet summit`: prepare, list, show and end summits.

use std::io::Read;
use std::path::{Path, PathBuf};

use server::admin::{Command, Reply, SummitLine};
use store::StoredSummit;
use wire::{Role, Seat, SummitId, SummitPlan};

use crate::admin::ask;
use crate::settings::Place;
use crate::summit_file::{self, FILE_BYTES_MAX};
use crate::{Outcome, secret, time};

/// Prepare, list, show and end summits.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Summit {
    /// Create a summit from a file; docs/examples/summit.toml is one to start from
    Create {
        /// Who meets, in which order, about what. Every mistake in it is named with its line and how to mend it
        file: PathBuf,
        /// Print the new summit as JSON
        #[arg(long)]
        json: bool,
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
            Self::Create { file, json, place } => create(&file, json, &place),
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
fn read(file: &Path) -> Result<SummitPlan, Box<dyn std::error::Error>> {
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

fn create(file: &Path, json: bool, place: &Place) -> Outcome {
    let plan = read(file)?;
    let (id, title, seats) = (secret::summit_id(), plan.title.clone(), plan.seats().count());
    let sides = plan.delegations.len();
    let command = Command::CreateSummit { summit: id.clone(), plan: Box::new(plan) };
    ask(place, &command, |reply| matches!(reply, Reply::Done).then_some(()))?;
    if json {
        println!("{}", serde_json::json!({ "id": id, "title": title, "delegations": sides, "seats": seats }));
    } else {
        println!("Created the summit {id}: {} ({sides} delegations, {seats} seats)", title.in_language("en"));
        println!("Next: sommet invite {id}");
    }
    Ok(())
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
        println!("There is no summit yet. Create one: sommet summit create FILE.toml");
    }
    for summit in summits.iter().filter(|_| !json) {
        println!("{}", line(summit));
    }
    Ok(())
}

fn line(summit: &SummitLine) -> String {
    let sides: Vec<_> = summit.delegations.iter().map(|side| side.in_language("en")).collect();
    let state = match summit.ended {
        Some(ended) => format!("ended {}", time::written(ended)),
        None => format!("created {}", time::written(summit.created)),
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
    println!("  Created   {}", time::written(stored.created));
    if let Some(ended) = stored.ended {
        println!("  Ended     {}", time::written(ended));
    }
    let chairs: Vec<_> = plan.chair.iter().map(ToString::to_string).collect();
    println!("  Chair     {}", chairs.join(", "));
    for side in &plan.delegations {
        println!("\n{}", side.name.in_language("en"));
        side.seats.iter().for_each(print_seat);
    }
    if !plan.secretariat.is_empty() {
        println!("\nSecretariat");
        plan.secretariat.iter().for_each(print_seat);
    }
    if !plan.agenda.is_empty() {
        println!("\nAgenda");
    }
    for item in &plan.agenda {
        println!("  {:<24} {} ({} min)", item.id.as_str(), item.title.in_language("en"), item.minutes);
    }
    Ok(())
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
        Role::NoteTaker => "note-taker",
        Role::Observer => "observer",
        Role::PressOfficer => "press officer",
        Role::Principal => "head of delegation",
        Role::Technician => "technician",
    }
}
