use proptest::prelude::*;

use super::*;

/// What browsers sent: descriptors of one stream each, in order.
struct Stream {
    what: &'static str,
    /// In hexadecimal digits.
    descriptors: &'static [&'static str],
    /// The numbers of templates, versions and chains.
    shape: (usize, usize, usize),
    /// The versions with all frames and with half of them.
    whole_and_half: Option<(usize, usize)>,
    /// For each descriptor: spatial layer, temporal layer, is it needed at half the frame rate?
    layers: &'static [(u8, u8, bool)],
}

/// Three spatial and three temporal layers of AV1: the longest that was ever seen, with the two-byte form of headers.
const L3T3: &str = "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926e082b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230eca877530077004200ef008601df010d";

const STREAMS: &[Stream] = &[
    Stream {
        what: "L3T3",
        descriptors: &[L3T3, "86017340fc", "46017340fc", "c3017540fc", "88017640fc", "48017640fc", "c2017840fc"],
        shape: (15, 9, 3),
        whole_and_half: Some((8, 7)),
        layers: &[(0, 0, true), (1, 0, true), (1, 0, true), (0, 2, false), (1, 2, false), (1, 2, false), (0, 1, true)],
    },
    Stream {
        what: "VP8 in three simulcast layers, Chromium",
        descriptors: &[
            "8000078002044eaaaf2860414d34538a0940409fc059c0",
            "400007",
            "c500091220",
            "c3000b1260",
            "c5000d1220",
            "82000f12e0",
            "42000f12e0",
            "c5001112a880",
            "c4001312e980",
        ],
        shape: (7, 3, 0),
        whole_and_half: Some((2, 1)),
        layers: &[
            (0, 0, true),
            (0, 0, true),
            (0, 2, false),
            (0, 1, true),
            (0, 2, false),
            (0, 0, true),
            (0, 0, true),
            (0, 2, false),
            (0, 1, true),
        ],
    },
    Stream {
        what: "VP8 in three simulcast layers, Firefox",
        descriptors: &["800007800104eaac851450460413fc0b3c", "400007", "c3000a1240", "c2000d12a0", "c4001012a900"],
        shape: (5, 2, 0),
        whole_and_half: Some((1, 0)),
        layers: &[(0, 0, true), (0, 0, true), (0, 1, false), (0, 0, true), (0, 1, false)],
    },
    Stream {
        what: "VP9 of a screen in one layer, Chromium",
        descriptors: &["80000180003a4101827f816780", "000001", "400001"],
        shape: (2, 1, 1),
        whole_and_half: None,
        layers: &[(0, 0, true), (0, 0, true), (0, 0, true)],
    },
];

fn bytes(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[test]
fn what_browsers_send_is_read_and_written_as_it_was() {
    for Stream { what, descriptors, shape, whole_and_half, layers } in STREAMS {
        let mut structure: Option<Structure> = None;
        for (&digits, &layer) in descriptors.iter().zip(*layers) {
            let bytes = bytes(digits);
            let read =
                Descriptor::read(&bytes, structure.as_ref()).unwrap_or_else(|why| panic!("{what} {digits}: {why}"));
            assert_eq!(read.write(structure.as_ref()).unwrap(), bytes, "{what} {digits}");
            if let Some(new) = &read.structure {
                assert_eq!((new.templates.len(), new.targets(), new.chains()), *shape, "{what}");
                structure = Some(new.clone());
            }
            let structure = structure.as_ref().unwrap();
            assert_eq!(structure.whole_and_half(), *whole_and_half, "{what}");
            let template = structure.template(read.template).unwrap();
            let half = whole_and_half.map(|(_, half)| read.indications(Some(structure)).unwrap()[half]);
            let in_half = half.is_none_or(|half| half != Indication::Absent);
            assert_eq!((template.spatial, template.temporal, in_half), layer, "{what} {digits}");
        }
    }
}

/// A structure that can be written, with its templates in random layers.
fn structures() -> impl Strategy<Value = Structure> {
    let shape = (0..TEMPLATE_IDS, 1..=32_usize, proptest::collection::vec(0..3_u8, 0..12), any::<u64>());
    shape.prop_map(|(first_id, targets, steps, seed)| {
        let mut numbers = (0_u64..).map(|n| (seed ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
        let mut number = move |below: u64| numbers.next().map_or(0, |number| number % below);
        let chains = number(targets.min(6) as u64 + 1) as usize;
        let mut layers = vec![(0_u8, 0_u8)];
        for step in steps {
            let &(spatial, temporal) = layers.last().unwrap();
            layers.push(match step {
                1 if temporal < 7 => (spatial, temporal + 1),
                2 if spatial < 3 => (spatial + 1, 0),
                _ => (spatial, temporal),
            });
        }
        let mut template = |&(spatial, temporal): &(u8, u8)| Template {
            spatial,
            temporal,
            indications: (0..targets).map(|_| indication(number(4))).collect(),
            references: (0..number(4)).map(|_| number(16) as u8 + 1).collect(),
            chains: (0..chains).map(|_| number(16) as u8).collect(),
        };
        let templates: Vec<_> = layers.iter().map(&mut template).collect();
        let protected_by = if chains == 0 { vec![] } else { (0..targets).map(|at| (at % chains) as u8).collect() };
        let spatial = usize::from(templates.last().unwrap().spatial);
        let sizes =
            if seed % 2 == 0 { vec![] } else { (0..=spatial as u16).map(|at| (seed as u16 ^ at, 719)).collect() };
        Structure { first_id, templates, protected_by, sizes }
    })
}

fn indication(number: u64) -> Indication {
    [Indication::Absent, Indication::Discardable, Indication::Switch, Indication::Required][number as usize]
}

/// A descriptor that can be written, and the structure that is known before it.
fn descriptors() -> impl Strategy<Value = (Descriptor, Structure)> {
    let head = (any::<(bool, bool, u16, bool)>(), 0..TEMPLATE_IDS, proptest::option::of(any::<u32>()));
    let references = proptest::option::of(proptest::collection::vec(1..=4096_u16, 0..6));
    (structures(), head, proptest::option::of(any::<u64>()), references, proptest::option::of(any::<u8>())).prop_map(
        |(
            structure,
            ((starts_frame, ends_frame, number, brings), template, active),
            indications,
            references,
            chains,
        )| {
            let targets = structure.targets();
            let place = template % structure.templates.len() as u8;
            let descriptor = Descriptor {
                starts_frame,
                ends_frame,
                template: (structure.first_id + place) % TEMPLATE_IDS,
                number,
                structure: brings.then(|| structure.clone()),
                active: active.map(|active| active >> (32 - targets)),
                indications: indications.map(|seed| (0..targets).map(|at| indication(seed >> (2 * at) & 3)).collect()),
                references,
                chains: chains.map(|frames| vec![frames; structure.chains()]),
            };
            (descriptor, structure)
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_it_was((descriptor, known) in descriptors()) {
        // The longest structures do not fit into a header; then nothing is written.
        if let Some(bytes) = descriptor.write(Some(&known)) {
            prop_assert_eq!(Descriptor::read(&bytes, Some(&known)).unwrap(), descriptor);
        } else {
            prop_assert!(descriptor.structure.is_some());
        }
    }

    #[test]
    fn a_descriptor_that_was_moved_says_the_same_with_other_numbers(
        (descriptor, known) in descriptors(), number: u16, ids in 0..TEMPLATE_IDS
    ) {
        let Some(bytes) = descriptor.write(Some(&known)) else { return Ok(()) };
        let moved_structure = |of: &Structure| Structure { first_id: (of.first_id + ids) % TEMPLATE_IDS, ..of.clone() };
        let expected = Descriptor {
            number,
            template: (descriptor.template + ids) % TEMPLATE_IDS,
            structure: descriptor.structure.as_ref().map(moved_structure),
            ..descriptor
        };
        let moved = Raw::new(&bytes).unwrap().moved(number, ids);
        prop_assert_eq!(Descriptor::read(moved.bytes(), Some(&moved_structure(&known))).unwrap(), expected);
    }

    #[test]
    fn strangers_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..=255), (_, known) in descriptors()) {
        for known in [None, Some(&known)] {
            if let Ok(read) = Descriptor::read(&bytes, known) {
                let _ = read.indications(known);
                let _ = read.structure.as_ref().and_then(Structure::whole_and_half);
                // Bits that mean nothing are not kept, so it may be shorter.
                prop_assert!(read.write(known).is_some_and(|again| again.len() <= bytes.len()), "{:?}", read);
            }
        }
        if let Some(raw) = Raw::new(&bytes) {
            prop_assert_eq!(raw.moved(7, 63).bytes().len(), bytes.len());
        }
    }

    #[test]
    fn one_bit_that_is_wrong_harms_nobody(bit in 0..L3T3.len() * 4, cut in 0..=L3T3.len() / 2) {
        let mut bytes = bytes(L3T3);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let _ = Descriptor::read(&bytes[..cut], None).map(|read| read.write(None));
    }
}

#[test]
fn what_is_cut_short_or_too_much_is_refused() {
    let whole = bytes(L3T3);
    for length in 0..whole.len() - 1 {
        let why = Descriptor::read(&whole[..length], None).unwrap_err();
        // Without what comes behind the third byte it is a descriptor of an unknown structure.
        assert_eq!(why, if length == 3 { Malformed::Unknown } else { Malformed::Cut }, "{length}");
    }
    // A structure that is nothing but layers: each of them the next temporal one, or the same one again.
    for filler in [0b0101_0101, 0] {
        let mut layers = vec![0xc0, 0, 1, 0x80, 0];
        layers.extend([filler; 250]);
        assert_eq!(Descriptor::read(&layers, None), Err(Malformed::TooMany));
    }
}

#[test]
fn a_template_of_another_structure_is_unknown() {
    let structure = Descriptor::read(&bytes(L3T3), None).unwrap().structure.unwrap();
    assert!(Descriptor::read(&[14, 0, 0], Some(&structure)).is_ok());
    assert_eq!(Descriptor::read(&[15, 0, 0], Some(&structure)), Err(Malformed::Unknown));
    let moved = Structure { first_id: 60, ..structure };
    assert!(Descriptor::read(&[10, 0, 0], Some(&moved)).is_ok(), "ids go on after 63 with 0");
    assert_eq!(Descriptor::read(&[11, 0, 0], Some(&moved)), Err(Malformed::Unknown));
}

#[test]
fn what_has_no_form_is_not_written() {
    let known = Descriptor::read(&bytes(L3T3), None).unwrap().structure.unwrap();
    let good = Descriptor { template: 1, ..Descriptor::default() };
    assert!(good.write(Some(&known)).is_some());
    let templates = |change: &dyn Fn(&mut Template)| {
        let mut structure = known.clone();
        change(&mut structure.templates[1]);
        Descriptor { structure: Some(structure), ..good.clone() }
    };
    for bad in [
        Descriptor { template: 64, ..good.clone() },
        Descriptor { active: Some(1 << 9), ..good.clone() },
        Descriptor { indications: Some(vec![Indication::Switch; 8]), ..good.clone() },
        Descriptor { references: Some(vec![0]), ..good.clone() },
        Descriptor { references: Some(vec![4097]), ..good.clone() },
        Descriptor { chains: Some(vec![1]), ..good.clone() },
        templates(&|template| template.spatial = 3),
        templates(&|template| template.references = vec![17]),
        templates(&|template| template.chains = vec![]),
        templates(&|template| template.indications.clear()),
    ] {
        assert_eq!(bad.write(Some(&known)), None, "{bad:?}");
    }
    assert_eq!(good.write(None), None);
}
