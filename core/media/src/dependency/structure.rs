//! What a stream tells at each key frame of the frames that follow: their templates, and which frames make up which
//! version of the picture (AV1 RTP payload specification, A.8.2: `template_dependency_structure`).

use super::bits::{Reader, Writer};
use super::{Malformed, TemplateIds};

/// The ids of templates are counted modulo this.
pub(crate) const TEMPLATE_IDS: u8 = 64;

/// The highest layers there can be (table A.1).
const SPATIAL_MAX: u8 = 3;
const TEMPORAL_MAX: u8 = 7;

/// The largest number of versions that five bits can name.
const TARGETS_MAX: usize = 32;

/// What the next template is to the one before (table A.3).
const SAME_LAYER: u32 = 0;
const NEXT_TEMPORAL: u32 = 1;
const NEXT_SPATIAL: u32 = 2;
const NO_MORE: u32 = 3;

/// What a frame is to one version of the picture, a "decode target" (table A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indication {
    /// No part of it.
    Absent,
    /// A part on which nothing else builds.
    Discardable,
    /// A part from which on the whole version can be decoded.
    Switch,
    /// A part on which others may build.
    Required,
}

impl Indication {
    pub(super) fn read(bits: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match bits.take(2)? {
            0 => Self::Absent,
            1 => Self::Discardable,
            2 => Self::Switch,
            _ => Self::Required,
        })
    }

    pub(super) fn write(self, bits: &mut Writer) {
        bits.put(2, self as u32);
    }
}

/// A kind of frame that comes again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) spatial: u8,
    pub(crate) temporal: u8,
    /// One for each version of the picture.
    pub(crate) indications: Vec<Indication>,
    /// How many frames before it those are that it needs: 1 to 16 each.
    pub(crate) references: Vec<u8>,
    /// How many frames before it the last one of each chain is: 0 to 15 each, 0 where it begins the chain.
    pub(crate) chains: Vec<u8>,
}

/// The templates of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Structure {
    /// The id of the first template; the others count on from there.
    pub(crate) first_id: u8,
    pub(crate) templates: Vec<Template>,
    /// The chain that protects each version; empty where there are no chains.
    pub(crate) protected_by: Vec<u8>,
    /// Width and height of each spatial layer in pixels, less one; empty where that is not told.
    pub(crate) sizes: Vec<(u16, u16)>,
}

impl Structure {
    pub(super) fn read(bits: &mut Reader<'_>) -> Result<Self, Malformed> {
        let first_id = bits.take_small(6)?;
        let targets = bits.take(5)? as usize + 1;
        let mut templates = read_layers(bits)?;
        for template in &mut templates {
            template.indications = (0..targets).map(|_| Indication::read(bits)).collect::<Result<_, _>>()?;
        }
        for template in &mut templates {
            while bits.flag()? {
                template.references.push(bits.take_small(4)? + 1);
            }
        }
        // At most 33 numbers, of which each is at most 32.
        let chains = bits.below(targets as u32 + 1)?;
        let mut protected_by = Vec::new();
        if chains > 0 {
            protected_by =
                (0..targets).map(|_| bits.below(chains).map(|chain| chain as u8)).collect::<Result<_, _>>()?;
            for template in &mut templates {
                template.chains = (0..chains).map(|_| bits.take_small(4)).collect::<Result<_, _>>()?;
            }
        }
        let mut sizes = Vec::new();
        if bits.flag()? {
            let layers = templates.last().map_or(0, |template| template.spatial) + 1;
            let mut size = || Ok((bits.take(16)? as u16, bits.take(16)? as u16));
            sizes = (0..layers).map(|_| size()).collect::<Result<_, _>>()?;
        }
        Ok(Self { first_id, templates, protected_by, sizes })
    }

    /// `None`: there is no way to write it.
    pub(super) fn write(&self, bits: &mut Writer) -> Option<()> {
        let targets = self.targets();
        if !self.is_writable() {
            return None;
        }
        bits.put(6, u32::from(self.first_id));
        bits.put(5, targets as u32 - 1);
        for pair in self.templates.windows(2) {
            bits.put(2, next_layer(&pair[0], &pair[1])?);
        }
        bits.put(2, NO_MORE);
        for template in &self.templates {
            template.indications.iter().for_each(|indication| indication.write(bits));
        }
        for template in &self.templates {
            for reference in &template.references {
                bits.flag(true);
                bits.put(4, u32::from(reference - 1));
            }
            bits.flag(false);
        }
        let chains = self.chains() as u32;
        bits.put_below(targets as u32 + 1, chains);
        self.protected_by.iter().for_each(|&chain| bits.put_below(chains, u32::from(chain)));
        for template in &self.templates {
            template.chains.iter().for_each(|&frames| bits.put(4, u32::from(frames)));
        }
        bits.flag(!self.sizes.is_empty());
        for &(width, height) in &self.sizes {
            bits.put(16, u32::from(width));
            bits.put(16, u32::from(height));
        }
        Some(())
    }

    /// Whether every number has its room, and every list the length of the others.
    fn is_writable(&self) -> bool {
        let (Some(first), Some(last)) = (self.templates.first(), self.templates.last()) else { return false };
        let (targets, chains) = (self.targets(), self.chains());
        let fits = |template: &Template| {
            template.spatial <= SPATIAL_MAX
                && template.temporal <= TEMPORAL_MAX
                && template.indications.len() == targets
                && template.references.iter().all(|reference| (1..=16).contains(reference))
                && template.chains.len() == chains
                && template.chains.iter().all(|&frames| frames < 16)
        };
        self.first_id < TEMPLATE_IDS
            && self.templates.len() <= usize::from(TEMPLATE_IDS)
            && (first.spatial, first.temporal) == (0, 0)
            && (1..=TARGETS_MAX).contains(&targets)
            && chains <= targets
            && (self.protected_by.is_empty() == (chains == 0))
            && (self.protected_by.is_empty() || self.protected_by.len() == targets)
            && self.protected_by.iter().all(|&chain| usize::from(chain) < chains)
            && (self.sizes.is_empty() || self.sizes.len() == usize::from(last.spatial) + 1)
            && self.templates.iter().all(fits)
    }

    /// How many versions of the picture there are.
    pub(super) fn targets(&self) -> usize {
        self.templates.first().map_or(0, |template| template.indications.len())
    }

    /// How many chains there are.
    pub(super) fn chains(&self) -> usize {
        self.templates.first().map_or(0, |template| template.chains.len())
    }

    /// The template of that id.
    pub(super) fn template(&self, id: u8) -> Option<&Template> {
        self.templates.get(usize::from(id.wrapping_sub(self.first_id) % TEMPLATE_IDS))
    }

    /// The ids of its templates. There are 64 at most.
    pub(crate) fn template_ids(&self) -> TemplateIds {
        TemplateIds { first: self.first_id, count: self.templates.len() as u8 }
    }

    /// The height of the picture in pixels, where it is told.
    pub(crate) fn height(&self) -> Option<u16> {
        self.sizes.last().map(|&(_, height)| height.saturating_add(1))
    }

    /// The version with everything, and the one with the same lines that lacks its highest temporal layer, half of the frames.
    pub(crate) fn whole_and_half(&self) -> Option<(usize, usize)> {
        let layers_of = |target: usize| {
            let parts = self.templates.iter().filter(|template| template.indications[target] != Indication::Absent);
            parts.fold((0, 0), |(s, t), template| (template.spatial.max(s), template.temporal.max(t)))
        };
        let layers: Vec<_> = (0..self.targets()).map(layers_of).collect();
        let (whole, &(spatial, temporal)) = layers.iter().enumerate().max_by_key(|&(_, layers)| layers)?;
        let below = (spatial, temporal.checked_sub(1)?);
        Some((whole, layers.iter().position(|&layers| layers == below)?))
    }
}

/// The templates without anything but their layers.
fn read_layers(bits: &mut Reader<'_>) -> Result<Vec<Template>, Malformed> {
    let mut templates = Vec::new();
    let (mut spatial, mut temporal) = (0, 0);
    loop {
        if templates.len() == usize::from(TEMPLATE_IDS) {
            return Err(Malformed::TooMany);
        }
        let (indications, references, chains) = (Vec::new(), Vec::new(), Vec::new());
        templates.push(Template { spatial, temporal, indications, references, chains });
        match bits.take(2)? {
            SAME_LAYER => {}
            NEXT_TEMPORAL => temporal += 1,
            NEXT_SPATIAL => (spatial, temporal) = (spatial + 1, 0),
            _ => return Ok(templates),
        }
        if spatial > SPATIAL_MAX || temporal > TEMPORAL_MAX {
            return Err(Malformed::TooMany);
        }
    }
}

fn next_layer(one: &Template, next: &Template) -> Option<u32> {
    let layers = (next.spatial, next.temporal);
    [
        ((one.spatial, one.temporal), SAME_LAYER),
        ((one.spatial, one.temporal + 1), NEXT_TEMPORAL),
        ((one.spatial + 1, 0), NEXT_SPATIAL),
    ]
    .into_iter()
    .find_map(|(expected, code)| (expected == layers).then_some(code))
}
