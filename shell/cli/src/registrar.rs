//! `sommet registrar`: the party's office, which admits its own people and nobody else. It runs on a machine of the party's,
//! next to its key, for as long as people come in.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _};
use std::time::Duration;

use seal::document::InvitationId;
use seal::manifest::Agreed;
use seal::registrar::{Registrar, RegistrarState};
use tokio::sync::mpsc;
use wire::{CertificateRequest, Denied, PartyMessage, PartyReply, SeatId, SummitId};

use crate::office::{self, Line, LineError, Office};
use crate::{Outcome, how_to_stop, secret, time};

/// How often the server hears that the registrar is there.
const PING_EVERY: Duration = Duration::from_secs(10);
/// How long to wait before the server is tried again.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// How often to look whether the other parties have signed.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Requests that wait for an answer on the terminal. A further one is denied, and its device asks again.
const QUESTIONS_MAX: usize = 256;

/// Admit the people of a party who come by its invitations; runs until it is stopped.
///
/// Whoever proves an invitation gets a certificate for one device. Nobody of this party comes in while no registrar runs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The summit, as named by whoever proposed it
    summit: SummitId,
    /// Ask on the terminal before each person is admitted
    #[arg(long)]
    ask: bool,
    #[command(flatten)]
    office: office::Args,
}

/// How a registrar decides and tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Somebody is asked on the terminal.
    pub(crate) ask: bool,
    /// What happens is printed.
    pub(crate) tell: bool,
}

impl Args {
    pub(crate) fn run(self) -> Outcome {
        if self.ask && !std::io::stdin().is_terminal() {
            return Err("there is no terminal to ask on; leave --ask out to admit whoever proves an invitation".into());
        }
        let office = Office::open(&self.office, self.summit)?;
        println!("The registrar of {} for {}. To stop: {}", office.party, office.summit, how_to_stop());
        let manner = Manner { ask: self.ask, tell: true };
        tokio::runtime::Runtime::new()?.block_on(serve(&office, manner))
    }
}

/// Serves until it cannot go on: the summit is over, or the key is not good any more. Broken connections come back by
/// themselves.
pub(crate) async fn serve(office: &Office, manner: Manner) -> Outcome {
    let mut answers = manner.ask.then(read_lines);
    let (mut pause, mut told) = (RETRY_FIRST, String::new());
    loop {
        match serve_once(office, manner, answers.as_mut(), &mut told, &mut pause).await {
            Err(error) if error.is_passing() => {
                if manner.tell && told != error.to_string() {
                    told = error.to_string();
                    println!("{told}; trying again");
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_MAX);
            }
            Err(error) => return Err(error.into()),
            Ok(never) => match never {},
        }
    }
}

/// Waits until every party has signed, then serves on one connection until it breaks.
async fn serve_once(
    office: &Office,
    manner: Manner,
    answers: Option<&mut mpsc::Receiver<String>>,
    told: &mut String,
    pause: &mut Duration,
) -> Result<std::convert::Infallible, LineError> {
    let agreed = loop {
        let line = office.connect(false).await?;
        let agreed = office.agreed(&line.manifest);
        line.close().await;
        match agreed {
            Ok(agreed) => break agreed,
            Err(why) if manner.tell && *told != why => {
                *told = why;
                println!("Not open yet: {told}. Waiting.");
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let line = office.connect(true).await?;
    if manner.tell {
        println!("Connected; the summit's code is {}.", agreed.summit_code());
    }
    told.clear();
    *pause = RETRY_FIRST;
    Desk { office, agreed, line, manner, waiting: VecDeque::new() }.serve(answers).await
}

/// Lines from the keyboard.
fn read_lines() -> mpsc::Receiver<String> {
    let (tell, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line; never, where nobody is asked.
async fn next_line(answers: Option<&mut mpsc::Receiver<String>>) -> Option<String> {
    match answers {
        Some(answers) => answers.recv().await,
        None => std::future::pending().await,
    }
}

/// A connected registrar.
struct Desk<'o> {
    office: &'o Office,
    agreed: Agreed,
    line: Line,
    manner: Manner,
    /// Requests about which somebody is asked, the first one now.
    waiting: VecDeque<(u64, CertificateRequest, SeatId)>,
}

impl Desk<'_> {
    async fn serve(
        mut self,
        mut answers: Option<&mut mpsc::Receiver<String>>,
    ) -> Result<std::convert::Infallible, LineError> {
        let mut pings = tokio::time::interval(PING_EVERY);
        loop {
            tokio::select! {
                heard = self.line.hear() => match heard? {
                    PartyReply::Request { id, request, .. } => self.consider(id, request).await?,
                    PartyReply::Refused { why, .. } => return Err(LineError::Refused(why)),
                    PartyReply::Challenge { .. } | PartyReply::Done { .. } | PartyReply::Welcome { .. } => {}
                },
                line = next_line(answers.as_deref_mut()) => match line {
                    Some(line) => self.decide(line.trim()).await?,
                    // The keyboard is gone, and with it whoever was to be asked.
                    None => return Err(LineError::Here("nobody is there to be asked any more".to_owned())),
                },
                _ = pings.tick() => self.line.ping().await?,
            }
        }
    }

    /// Answers at once, or asks first.
    async fn consider(&mut self, id: u64, request: CertificateRequest) -> Result<(), LineError> {
        if !self.manner.ask {
            return self.answer(id, &request).await;
        }
        match self.look(&request)? {
            Look::Ask(seat) if self.waiting.len() < QUESTIONS_MAX => {
                self.waiting.push_back((id, request, seat));
                if self.waiting.len() == 1 {
                    self.question();
                }
                Ok(())
            }
            Look::Ask(_) => self.deny(id, Denied::Declined).await,
            Look::Answer => self.answer(id, &request).await,
        }
    }

    /// Whether somebody is to be asked: not about who would be refused, nor about a device that was admitted before.
    fn look(&self, request: &CertificateRequest) -> Result<Look, LineError> {
        let office = self.office;
        let look = office.with_registrar(|registrar| {
            let state: RegistrarState = registrar.state().clone();
            let known =
                state.invitations.iter().find(|issued| Ok(issued.jti) == InvitationId::try_from(&request.jti)).cloned();
            let key = seal::SigningKey::from_seed(*office.key().seed()).ok();
            let would =
                key.map(|key| Registrar::restore(key, state).answer(request, time::now(), &mut secret::entropy()));
            match (known, would) {
                (Some(issued), Some(Ok(_))) if issued.given.is_none() => Look::Ask(issued.seat),
                (Some(_) | None, Some(_) | None) => Look::Answer,
            }
        });
        look.map_err(LineError::Here)
    }

    fn question(&self) {
        if let Some((_, _, seat)) = self.waiting.front() {
            println!("Admit {}? [y/n]", self.words(seat));
        }
    }

    async fn decide(&mut self, said: &str) -> Result<(), LineError> {
        let is_yes = match said.to_ascii_lowercase().as_str() {
            "y" | "yes" => true,
            "n" | "no" => false,
            _ => {
                self.question();
                return Ok(());
            }
        };
        let Some((id, request, _)) = self.waiting.pop_front() else { return Ok(()) };
        if is_yes {
            self.answer(id, &request).await?
        } else {
            self.deny(id, Denied::Declined).await?
        }
        self.question();
        Ok(())
    }

    /// Gives a certificate to whoever proves an invitation. What was given is kept before it is said.
    async fn answer(&mut self, id: u64, request: &CertificateRequest) -> Result<(), LineError> {
        let answered = self.office.with_registrar(|registrar| {
            let certificate = registrar.answer(request, time::now(), &mut secret::entropy());
            let issued = registrar
                .state()
                .invitations
                .iter()
                .find(|issued| Ok(issued.jti) == InvitationId::try_from(&request.jti));
            (certificate, issued.map(|issued| issued.seat.clone()))
        });
        let (certificate, seat) = answered.map_err(LineError::Here)?;
        let who = seat.map_or_else(|| "somebody".to_owned(), |seat| self.words(&seat));
        match certificate {
            Ok(certificate) => {
                self.line.say(&PartyMessage::Issue { id, certificate }).await?;
                self.tell(&format!("Admitted: {who}"));
                Ok(())
            }
            Err(why) => {
                self.tell(&format!("Not admitted: {who}: {why}"));
                self.deny(id, why).await
            }
        }
    }

    async fn deny(&mut self, id: u64, why: Denied) -> Result<(), LineError> {
        self.line.say(&PartyMessage::Deny { id, why }).await
    }

    fn words(&self, seat: &SeatId) -> String {
        match self.agreed.plan().seat(seat) {
            Some(known) => format!("{}, {} ({seat})", known.name.in_language("en"), known.title.in_language("en")),
            None => seat.to_string(),
        }
    }

    fn tell(&self, what: &str) {
        if self.manner.tell {
            println!("{}  {what}", time::written(time::now()));
        }
    }
}

enum Look {
    Ask(SeatId),
    Answer,
}
