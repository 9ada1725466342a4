//! The voices and pictures that are built into the program; made by `cargo x assets`.

use std::sync::Arc;

use client::{AssetError, Film, Persona, Voice};
use wire::SeatId;

macro_rules! film {
    ($name:literal) => {
        [
            include_bytes!(concat!("../../../../assets/pictures/", $name, "-q.ivf")),
            include_bytes!(concat!("../../../../assets/pictures/", $name, "-h.ivf")),
            include_bytes!(concat!("../../../../assets/pictures/", $name, "-f.ivf")),
        ] as [&[u8]; 3]
    };
}

macro_rules! sentence {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../../../assets/voices/", $name, ".opus")) as &[u8],
            include_bytes!(concat!("../../../../assets/voices/", $name, ".levels")) as &[u8],
        )
    };
}

/// The pictures; those at even places go with the first voice of a language, the others with the second.
const FILMS: [[&[u8]; 3]; 6] =
    [film!("aster"), film!("birch"), film!("cedar"), film!("dahlia"), film!("elder"), film!("fern")];

/// The languages, each with two voices of two sentences.
type Sentences = [(&'static [u8], &'static [u8]); 2];
const VOICES: [(&str, [Sentences; 2]); 3] = [
    ("en", [[sentence!("en-1-a"), sentence!("en-1-b")], [sentence!("en-2-a"), sentence!("en-2-b")]]),
    ("fr", [[sentence!("fr-1-a"), sentence!("fr-1-b")], [sentence!("fr-2-a"), sentence!("fr-2-b")]]),
    ("ru", [[sentence!("ru-1-a"), sentence!("ru-1-b")], [sentence!("ru-2-a"), sentence!("ru-2-b")]]),
];

/// Everything, read once and shared by all bots.
pub(super) struct Wardrobe {
    films: Vec<Arc<Film>>,
    voices: Vec<(&'static str, [Vec<Arc<Voice>>; 2])>,
}

impl Wardrobe {
    /// Reads what is built in; pictures are lengthened to so many bytes.
    pub(super) fn open(bytes: usize) -> Result<Self, AssetError> {
        let film = |[quarter, half, full]: &[&[u8]; 3]| {
            Film::read(quarter, half, full).map(|film| Arc::new(film.padded(bytes)))
        };
        let films = FILMS.iter().map(film).collect::<Result<_, _>>()?;
        let mut voices = Vec::new();
        for (language, [first, second]) in &VOICES {
            voices.push((*language, [sentences(first)?, sentences(second)?]));
        }
        Ok(Self { films, voices })
    }

    /// The same voices, and instead of each film one whose frames have so many bytes and show nothing.
    pub(super) fn heavy(self, bytes: usize) -> Self {
        let film = Arc::new(Film::of_weight(bytes));
        Self { films: vec![film], ..self }
    }

    /// What the person in a seat looks and sounds like: always the same, and different from its neighbours; in its own
    /// language where there is a voice for it.
    pub(super) fn persona(&self, plan: &wire::SummitPlan, you: &SeatId) -> Persona {
        let place = plan.seats().position(|(_, seat)| seat.id == *you).unwrap_or(0);
        // Who works in a booth speaks the language it works into.
        let booth = plan.booths.iter().find(|booth| booth.interpreters.contains(you));
        let seat = plan.seat(you);
        let spoken =
            booth.map(|booth| &booth.languages).or(seat.map(|seat| &seat.languages)).and_then(|all| all.first());
        let primary = spoken.and_then(|language| language.as_str().split('-').next()).unwrap_or("en");
        let known = self.voices.iter().find(|(language, _)| *language == primary).or(self.voices.first());
        let voices = known.map(|(_, voices)| voices[place % 2].clone()).unwrap_or_default();
        Persona { film: self.films[place % self.films.len()].clone(), voices }
    }
}

fn sentences(sentences: &Sentences) -> Result<Vec<Arc<Voice>>, AssetError> {
    sentences.iter().map(|(opus, levels)| Voice::read(opus, levels).map(Arc::new)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_built_in_can_be_played() {
        let wardrobe = Wardrobe::open(0).unwrap();
        assert_eq!((wardrobe.films.len(), wardrobe.voices.len()), (6, 3));
    }
}
