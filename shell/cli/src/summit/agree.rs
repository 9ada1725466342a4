//! Looking at a proposed summit and signing it, on a party's own machine.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use seal::manifest::{self, Manifest, summit_code};
use wire::{PartyMessage, SignedManifest, SummitId};

use super::{has_signed, print_plan};
use crate::Outcome;
use crate::office::{self, Line, Office};

/// Shows a summit, asks, and signs.
pub(super) fn sign(summit: SummitId, yes: bool, args: &office::Args) -> Outcome {
    if !yes && !std::io::stdin().is_terminal() {
        return Err("there is no terminal to ask on; sign with --yes when everything was compared".into());
    }
    let office = Office::open(args, summit)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut line = office.connect(false).await?;
        show(&manifest::read(&line.manifest)?, &line.manifest);
        if has_signed(&line.manifest, &office.party) && office.signed_here(&line.manifest).is_ok() {
            println!("{} has signed this already.", office.party);
            return Ok(());
        }
        println!("By signing, {} takes part with these people, under these names, with these keys.", office.party);
        if !yes && !is_agreed()? {
            return Err("nothing was signed".into());
        }
        sign_with(&office, &mut line).await?;
        let missing = missing(&line.manifest);
        println!("Signed for {}.", office.party);
        if !missing.is_empty() {
            println!("Not signed yet: {}.", missing.join(", "));
        }
        let summit = &office.summit;
        println!(
            "Next: sommet invite {summit} --key FILE --server URL, and sommet registrar {summit} while people come in"
        );
        line.close().await;
        Ok(())
    })
}

/// Signs what the server shows as the manifest, which was looked at.
pub(crate) async fn sign_with(office: &Office, line: &mut Line) -> Outcome {
    let signature = manifest::sign(&line.manifest, &office.party, office.key())?;
    line.manifest.signatures.push(signature.clone());
    line.ask(|id| PartyMessage::Sign { id, signature }).await?;
    Ok(())
}

fn is_agreed() -> std::io::Result<bool> {
    print!("Sign? Compare the code and the fingerprints with the other parties first. [yes/no] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()))
}

fn show(manifest: &Manifest, signed: &SignedManifest) {
    let body = manifest.document();
    println!("{}\n\n  Summit    {}", body.plan.title.in_language("en"), body.summit);
    println!("  Code      {}", summit_code(signed));
    let client = body.client.as_deref().unwrap_or("none was agreed");
    println!("  Client    {client}");
    let chairs: Vec<_> = body.plan.chair.iter().map(ToString::to_string).collect();
    println!("  Chair     {}", chairs.join(", "));
    print_plan(&body.plan, |party| manifest.root(&party.parse().ok()?).copied());
    println!();
}

/// Who has signed, as a party sees it.
pub(super) fn status(summit: SummitId, json: bool, args: &office::Args) -> Outcome {
    let office = Office::open(args, summit)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let line = office.connect(false).await?;
        print_status(&line.manifest, json)?;
        line.close().await;
        Ok(())
    })
}

fn missing(manifest: &SignedManifest) -> Vec<String> {
    let parties = manifest::read(manifest).map(|read| read.document().parties.clone()).unwrap_or_default();
    parties.iter().map(|party| &party.id).filter(|id| !has_signed(manifest, id)).map(ToString::to_string).collect()
}

pub(super) fn print_status(manifest: &SignedManifest, json: bool) -> Outcome {
    let read = manifest::read(manifest)?;
    let body = read.document();
    let fingerprint = |party| read.root(party).map(|root| root.fingerprint()).unwrap_or_default();
    let missing = missing(manifest);
    if json {
        let parties: Vec<_> = body
            .parties
            .iter()
            .map(|party| {
                let (id, fingerprint, signed) = (&party.id, fingerprint(&party.id), has_signed(manifest, &party.id));
                serde_json::json!({ "id": id, "fingerprint": fingerprint, "signed": signed })
            })
            .collect();
        let (code, client) = (summit_code(manifest), &body.client);
        let told = serde_json::json!({
            "id": body.summit, "code": code, "client": client, "parties": parties, "agreed": missing.is_empty()
        });
        println!("{told}");
        return Ok(());
    }
    println!("{} ({})\n", body.plan.title.in_language("en"), body.summit);
    println!("  Code      {}", summit_code(manifest));
    println!("  Client    {}\n", body.client.as_deref().unwrap_or("none was agreed"));
    for party in &body.parties {
        let state = if has_signed(manifest, &party.id) { "signed" } else { "has not signed" };
        println!("  {:<24} {state:<16} key {}", party.id.as_str(), fingerprint(&party.id));
    }
    if missing.is_empty() {
        println!("\nEvery party has signed: people can come in.");
    } else {
        println!("\nNobody comes in until every party has signed.");
    }
    Ok(())
}
