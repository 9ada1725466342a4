//! The voices: courtesies of invented delegates, spoken by espeak-ng, encoded as Opus, with the loudness of every frame
//! beside it, because a sender says it in clear to the server (RFC 6464).

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::Failure;
use crate::process::{capture, command};

/// Samples a second, and in one Opus frame of 20 ms.
const RATE: usize = 48_000;
const FRAME: usize = RATE / 50;

/// Who speaks: a voice of espeak-ng, its pitch (0 to 99) and its pace in words a minute.
struct Voice {
    name: &'static str,
    espeak: &'static str,
    pitch: u8,
    pace: u16,
    sentences: [&'static str; 2],
}

const VOICES: [Voice; 6] = [
    Voice {
        name: "en-1",
        espeak: "en-gb-x-rp+male3",
        pitch: 38,
        pace: 148,
        sentences: [
            "Mister Chairman, allow me first to thank our hosts for the care with which this meeting has been prepared. \
             My delegation has come to listen as much as to speak.",
            "We have studied your proposal of last week with great attention. It contains elements on which, we believe, \
             both sides can build, and I would like to take them up one by one.",
        ],
    },
    Voice {
        name: "en-2",
        espeak: "en-us+female2",
        pitch: 58,
        pace: 152,
        sentences: [
            "Thank you, Excellency. I welcome the spirit of these remarks, and I am pleased to confirm that my government \
             is ready to continue this conversation at the level of experts.",
            "On the second item of the agenda, our position has not changed, but our wish to find common ground has grown. \
             Let me explain where we see room to move.",
        ],
    },
    Voice {
        name: "fr-1",
        espeak: "fr-fr+male4",
        pitch: 40,
        pace: 150,
        sentences: [
            "Monsieur le Président, permettez-moi de vous remercier de la qualité de votre accueil. Ma délégation aborde \
             cette rencontre avec confiance et dans un esprit d'ouverture.",
            "Nous avons lu avec attention le texte que vous nous avez remis. Plusieurs articles nous paraissent acceptables, \
             et nous souhaitons en préciser quelques termes avec vous.",
        ],
    },
    Voice {
        name: "fr-2",
        espeak: "fr-fr+female3",
        pitch: 60,
        pace: 154,
        sentences: [
            "Je vous remercie de votre intervention, Excellence. Nous partageons votre souci de transparence, et nous \
             proposons que nos experts se réunissent dès la semaine prochaine.",
            "Sur ce point de l'ordre du jour, il reste entre nous une différence, mais elle n'est pas insurmontable. \
             Permettez-moi de vous exposer notre lecture.",
        ],
    },
    Voice {
        name: "ru-1",
        espeak: "ru+male3",
        pitch: 36,
        pace: 150,
        sentences: [
            "Уважаемые коллеги, благодарю вас за тёплый приём и за тщательную подготовку нашей встречи. Мы приехали \
             с искренним желанием договориться.",
            "Мы внимательно изучили ваши предложения. Многие из них заслуживают самого серьёзного обсуждения, и я хотел \
             бы ответить на них по порядку.",
        ],
    },
    Voice {
        name: "ru-2",
        espeak: "ru+female2",
        pitch: 58,
        pace: 154,
        sentences: [
            "Благодарю вас, господин председатель. Наша делегация разделяет стремление к открытому разговору и готова \
             продолжить работу на уровне экспертов.",
            "По второму пункту повестки дня у нас остаются вопросы, но мы видим возможность для сближения позиций. \
             Позвольте мне это пояснить.",
        ],
    },
];

/// Makes `<voice>-a` and `<voice>-b`, each as `.opus` (the sound) and `.levels` (a byte a frame, -dBov).
pub(super) fn make(folder: &Path) -> Result<(), Failure> {
    for voice in &VOICES {
        for (sentence, letter) in voice.sentences.iter().zip(["a", "b"]) {
            let name = format!("{}-{letter}", voice.name);
            println!("  {name}");
            let samples = speak(voice, sentence, folder)?;
            let levels: Vec<u8> = samples.chunks(FRAME).map(level).collect();
            encode(&samples, &folder.join(format!("{name}.opus")))?;
            let path = folder.join(format!("{name}.levels"));
            std::fs::write(&path, levels).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// Speaks a sentence, at even loudness, in whole frames with a short breath at the end.
fn speak(voice: &Voice, sentence: &str, folder: &Path) -> Result<Vec<i16>, Failure> {
    let spoken = folder.join("spoken.wav");
    let (pitch, pace) = (voice.pitch.to_string(), voice.pace.to_string());
    let mut espeak = command("espeak-ng");
    espeak.args(["-v", voice.espeak, "-p", &pitch, "-s", &pace, "-w"]).arg(&spoken).arg(sentence);
    capture(&mut espeak)?;
    let mut resample = command("ffmpeg");
    resample.args(["-loglevel", "error", "-i"]).arg(&spoken);
    // Softer consonants than the synthesiser's, and the same loudness for every voice.
    resample.args(["-af", "highpass=f=70,lowpass=f=7600,loudnorm=I=-22:TP=-3:LRA=7,apad=pad_dur=0.3"]);
    resample.args(["-f", "s16le", "-ac", "1", "-ar", &RATE.to_string(), "-"]);
    let output = resample.output().map_err(|error| format!("`ffmpeg` could not be started: {error}"))?;
    std::fs::remove_file(&spoken).map_err(|error| format!("{} cannot be removed: {error}", spoken.display()))?;
    if !output.status.success() {
        return Err(format!("ffmpeg: {}", String::from_utf8_lossy(&output.stderr).trim_end()));
    }
    let mut samples: Vec<i16> =
        output.stdout.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    samples.resize(samples.len().next_multiple_of(FRAME), 0);
    Ok(samples)
}

/// The loudness of a frame in -dBov: 0 is a full-scale square wave, 127 is silence (RFC 6465, appendix A).
fn level(frame: &[i16]) -> u8 {
    let energy: f64 = frame.iter().map(|sample| (f64::from(*sample) / 32768.0).powi(2)).sum();
    let mean = energy / frame.len().max(1) as f64;
    if mean <= 0.0 { 127 } else { (-10.0 * mean.log10()).round().clamp(0.0, 127.0) as u8 }
}

fn encode(samples: &[i16], path: &Path) -> Result<(), Failure> {
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-y", "-f", "s16le", "-ac", "1", "-ar", &RATE.to_string(), "-i", "-"]);
    ffmpeg.args(["-c:a", "libopus", "-b:a", "32k", "-vbr", "off", "-frame_duration", "20", "-application", "voip"]);
    ffmpeg.args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]).arg(path);
    let mut child =
        ffmpeg.stdin(Stdio::piped()).spawn().map_err(|error| format!("`ffmpeg` could not be started: {error}"))?;
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(&bytes).map_err(|error| format!("ffmpeg stopped listening: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("ffmpeg was lost: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("ffmpeg could not write {}", path.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_127_and_full_scale_is_0() {
        assert_eq!(level(&[0; FRAME]), 127);
        assert_eq!(level(&[i16::MIN; FRAME]), 0);
        assert_eq!(level(&[3277; FRAME]), 20);
    }
}
