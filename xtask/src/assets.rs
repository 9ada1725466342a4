//! `cargo x assets`: the speech and the pictures that the bots send. Both are made from nothing but text and geometry, so
//! that no real person is in them; the result is committed, because making it takes minutes and ffmpeg.

mod canvas;
mod portrait;
mod speech;

use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};

use portrait::{HEIGHT, PORTRAITS, Portrait, WIDTH};

use crate::Failure;
use crate::process::{command, root};

/// Pictures a second, and in one loop of eight seconds.
const RATE: usize = 15;
const LOOP: usize = 8 * RATE;

/// The layers of a camera: name, height in pixels, bits a second.
const LAYERS: [(&str, usize, &str); 3] = [("q", HEIGHT / 4, "36k"), ("h", HEIGHT / 2, "90k"), ("f", HEIGHT, "240k")];

/// All files together stay below this: they are in every checkout and in every binary.
const BYTES_MAX: u64 = 3_000_000;

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    crate::no_arguments(arguments)?;
    crate::setup::for_assets()?;
    let (voices, pictures) = (root().join("assets/voices"), root().join("assets/pictures"));
    for folder in [&voices, &pictures] {
        std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    }
    println!("Voices:");
    speech::make(&voices)?;
    println!("Pictures:");
    for portrait in &PORTRAITS {
        println!("  {}", portrait.name);
        film(portrait, &pictures)?;
    }
    let bytes = size(&voices)? + size(&pictures)?;
    println!("{bytes} bytes in all");
    if bytes > BYTES_MAX { Err(format!("the assets may have at most {BYTES_MAX} bytes together")) } else { Ok(()) }
}

/// Draws one loop and encodes it in every layer.
fn film(portrait: &Portrait, folder: &Path) -> Result<(), Failure> {
    let mut encoder = start_encoder(portrait.name, folder)?;
    let mut pipe = encoder.stdin.take().ok_or("ffmpeg takes no input")?;
    for frame in 0..LOOP {
        let picture = portrait.draw(frame as f32 / LOOP as f32);
        pipe.write_all(&picture).map_err(|error| format!("ffmpeg stopped listening: {error}"))?;
    }
    drop(pipe);
    let status = encoder.wait().map_err(|error| format!("ffmpeg was lost: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("ffmpeg could not encode {}", portrait.name)) }
}

/// VP8 in IVF, with a key frame every second and no hidden frames, as a camera sends it.
fn start_encoder(name: &str, folder: &Path) -> Result<Child, Failure> {
    let (size, rate, second) = (format!("{WIDTH}x{HEIGHT}"), RATE.to_string(), RATE.to_string());
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args([
        "-loglevel",
        "error",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        &size,
        "-r",
        &rate,
        "-i",
        "-",
    ]);
    for (layer, height, bits) in LAYERS {
        let scale = format!("scale=-2:{height}:flags=area");
        ffmpeg.args(["-vf", &scale, "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-b:v", bits, "-maxrate", bits]);
        ffmpeg.args(["-g", &second, "-keyint_min", &second, "-auto-alt-ref", "0", "-lag-in-frames", "0"]);
        ffmpeg.args(["-deadline", "good", "-cpu-used", "0", "-qmin", "4", "-qmax", "52", "-error-resilient", "1"]);
        ffmpeg.args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", "-f", "ivf"]);
        ffmpeg.arg(folder.join(format!("{name}-{layer}.ivf")));
    }
    ffmpeg.stdin(Stdio::piped()).spawn().map_err(|error| format!("`ffmpeg` could not be started: {error}"))
}

fn size(folder: &Path) -> Result<u64, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    Ok(entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum())
}
