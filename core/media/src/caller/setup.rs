//! What a caller offers: which layers of a camera, and how many slots.

use str0m::media::{Rid, Simulcast, SimulcastLayer};

/// One of the simulcast layers of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A quarter of the full width and height.
    Quarter,
    /// Half of it.
    Half,
    /// The full picture; the only one where there is no simulcast.
    Full,
}

impl Layer {
    /// All layers, in the order of the offer.
    pub const ALL: [Layer; 3] = [Layer::Quarter, Layer::Half, Layer::Full];

    /// The restriction id in SDP and RTP (RFC 8851).
    pub(super) fn rid(self) -> Rid {
        Rid::from(match self {
            Layer::Quarter => "q",
            Layer::Half => "h",
            Layer::Full => "f",
        })
    }
}

/// What a caller offers to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Nothing: it listens.
    Nothing,
    /// A microphone and a camera with one layer.
    Single,
    /// A microphone and a camera with three layers.
    Simulcast,
}

/// What a caller offers.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The sending m-lines; they come first.
    pub sending: Sending,
    /// How many m-lines receive sound.
    pub audio_slots: usize,
    /// How many m-lines receive pictures.
    pub video_slots: usize,
}

impl Sending {
    /// The layers of its camera, in the order of the offer.
    pub(super) fn layers(self) -> &'static [Layer] {
        match self {
            Sending::Nothing => &[],
            Sending::Single => &[Layer::Full],
            Sending::Simulcast => &Layer::ALL,
        }
    }
}

/// Those layers as an offer names them (RFC 8853).
pub(super) fn simulcast(layers: &[Layer]) -> Simulcast {
    let mut simulcast = Simulcast::new();
    for layer in layers {
        simulcast.add_send_layer(SimulcastLayer::new(&layer.rid()));
    }
    simulcast
}
