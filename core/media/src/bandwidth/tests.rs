//! The table of cases. A picture is written as what it is (`d`ocument, `s`peaker, `o`ther), its tile's height and its layers'
//! rates in kb/s; what is given as the rate of the layer, 0 is paused.

use std::collections::BTreeMap;

use super::*;
use crate::arena::Arena;
use crate::source::tests::source;

/// A camera in three layers.
const CAMERA: &[u64] = &[150, 500, 1700];

/// Pictures with sources of their own, as many as there are ever named in one test.
struct Pictures(Vec<Key<Source>>);

impl Pictures {
    fn new() -> Self {
        let mut arena = Arena::default();
        Self((0..20).map(|_| arena.insert(source())).collect())
    }

    /// The wishes of a listener; picture `n` of the list is source `n`.
    fn wishes(&self, pictures: &[(char, u16, &[u64])]) -> Vec<Wish> {
        let named = |(index, &(rank, height, rates)): (usize, &(char, u16, &[u64]))| {
            let rank = BTreeMap::from([('d', Rank::Document), ('s', Rank::Speaker), ('o', Rank::Other)])[&rank];
            let limit = |layer: usize| BitRate::kilobits(CAMERA[layer.min(2)]);
            let step = |(layer, &rate): (usize, &u64)| Step {
                layer,
                tempo: Tempo::Whole,
                rate: BitRate::kilobits(rate),
                limit: limit(layer),
            };
            let steps = rates.iter().enumerate().map(step).collect();
            Wish { source: self.0[index], rank, height: Pixels(height), steps }
        };
        pictures.iter().enumerate().map(named).collect()
    }
}

/// A line, as one listener sees it.
struct Listener {
    bandwidth: Bandwidth,
    now: Instant,
    loses_by_chance: bool,
}

impl Listener {
    fn new() -> Self {
        Self { bandwidth: Bandwidth::default(), loses_by_chance: false, now: crate::test_start() }
    }

    /// The rates given now, in kb/s.
    fn gets(&mut self, wishes: &[Wish], sound: u64) -> Vec<u64> {
        let decided = self.bandwidth.decide(wishes, BitRate::kilobits(sound), self.loses_by_chance, self.now);
        let rate = |(wish, step): (&Wish, Option<usize>)| step.map_or(0, |step| wish.steps[step].rate.0 / 1000);
        wishes.iter().zip(decided).map(rate).collect()
    }

    /// The estimate is this from now on.
    fn estimates(&mut self, kilobits: u64) -> bool {
        self.bandwidth.set_estimate(Some(BitRate::kilobits(kilobits)))
    }

    /// What is given after so many milliseconds of decisions, five in a second.
    fn after(&mut self, millis: u64, wishes: &[Wish]) -> Vec<u64> {
        let mut gets = Vec::new();
        for _ in 0..millis / 200 {
            self.now += Duration::from_millis(200);
            gets = self.gets(wishes, 0);
        }
        gets
    }
}

#[test]
fn a_line_is_shared_out_by_importance() {
    let all = [('d', 900, &[400][..]), ('s', 540, CAMERA), ('o', 180, &CAMERA[..1]), ('o', 180, &CAMERA[..1])];
    let tiles = [('o', 360, &CAMERA[..2]); 4];
    let last_speaks = [('o', 360, &CAMERA[..2]), ('o', 360, &CAMERA[..2]), ('s', 360, &CAMERA[..2])];
    let large_first = [('o', 720, CAMERA), ('o', 180, &CAMERA[..2])];
    let document_only_too_large = [('d', 900, &[2000][..]), ('s', 180, &CAMERA[..1])];
    type Case<'a> = (&'a str, u64, u64, &'a [(char, u16, &'a [u64])], &'a [u64]);
    let cases: &[Case<'_>] = &[
        ("there is room for all", 5000, 100, &all, &[400, 1700, 150, 150]),
        ("everybody is seen before anybody is sharp", 1100, 100, &all, &[400, 150, 150, 150]),
        ("what is left makes the speaker sharper", 1500, 100, &all, &[400, 500, 150, 150]),
        ("the document comes first", 600, 100, &all, &[400, 0, 0, 0]),
        ("then the speaker", 750, 100, &all, &[400, 150, 0, 0]),
        ("on 300 kb/s one hears everything and sees who speaks", 300, 100, &last_speaks, &[0, 0, 150]),
        ("on 100 kb/s one hears", 100, 100, &all, &[0, 0, 0, 0]),
        ("sound is not limited, however little there is", 30, 100, &all, &[0, 0, 0, 0]),
        ("equal tiles, equal pictures", 2400, 0, &tiles, &[500, 500, 500, 500]),
        ("as far as it goes, in the order of the seats", 1500, 0, &tiles, &[500, 500, 150, 150]),
        ("what the listener names first", 2200, 0, &large_first, &[1700, 150]),
        ("a document that does not fit leaves its room to others", 1000, 0, &document_only_too_large, &[0, 150]),
        ("nothing comes of it yet", 1000, 0, &[('s', 720, &[])], &[0]),
        ("nothing is wanted", 1000, 0, &[], &[]),
    ];
    let pictures = Pictures::new();
    for (what, estimate, sound, wanted, expected) in cases {
        let mut listener = Listener::new();
        listener.estimates(*estimate);
        assert_eq!(listener.gets(&pictures.wishes(wanted), *sound), *expected, "{what}");
    }
}

#[test]
fn a_line_that_cannot_be_estimated_limits_nothing() {
    let wishes = Pictures::new().wishes(&[('o', 720, CAMERA); 9]);
    assert_eq!(Listener::new().gets(&wishes, 100), [1700; 9]);
}

#[test]
fn a_picture_is_not_taken_away_for_a_small_lack_that_passes() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 180, &CAMERA[..1])]);
    listener.estimates(300);
    assert_eq!(listener.gets(&wishes, 0), [150]);
    listener.estimates(100);
    assert_eq!(listener.after(1800, &wishes), [150], "two thirds of it for a moment");
    listener.estimates(160);
    assert_eq!(listener.after(10_000, &wishes), [150]);
    listener.estimates(100);
    assert_eq!(listener.after(2400, &wishes), [0], "two thirds of it for long");
    let mut listener = Listener::new();
    listener.estimates(300);
    listener.gets(&wishes, 0);
    listener.estimates(80);
    assert_eq!(listener.gets(&wishes, 0), [0], "half of it");
}

#[test]
fn less_is_sent_at_once_and_more_after_three_seconds_of_room() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    assert!(listener.estimates(3000), "nothing was known before");
    assert_eq!(listener.gets(&wishes, 0), [1700]);
    assert!(listener.estimates(600));
    assert_eq!(listener.gets(&wishes, 0), [500], "at once");
    assert!(!listener.estimates(3000));
    assert_eq!(listener.after(3000, &wishes), [500]);
    assert_eq!(listener.after(400, &wishes), [1700]);
}

#[test]
fn room_must_last_without_a_break() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    for (estimate, millis, expected) in
        [(3000, 200, 1700), (600, 200, 500), (3000, 2800, 500), (1800, 200, 500), (3000, 2800, 500), (3000, 600, 1700)]
    {
        listener.estimates(estimate);
        assert_eq!(listener.after(millis, &wishes), [expected], "{estimate} kb/s for {millis} ms");
    }
}

#[test]
fn a_new_line_is_filled_as_fast_as_it_is_found_out() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    for (estimate, expected) in [(300, 150), (900, 500), (2700, 1700)] {
        listener.estimates(estimate);
        assert_eq!(listener.after(200, &wishes), [expected]);
    }
}

#[test]
fn an_estimate_that_wavers_around_a_layer_does_not_make_the_picture_flap() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    let (mut changes, mut last) = (0, vec![1700]);
    for turn in 0..300 {
        listener.estimates(if turn % 2 == 0 { 1600 } else { 1900 });
        let gets = listener.after(200, &wishes);
        changes += usize::from(gets != last);
        last = gets;
    }
    assert_eq!((changes, last), (1, vec![500]), "in a minute");
}

#[test]
fn what_went_wrong_soon_after_it_was_tried_is_tried_more_and_more_seldom() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    listener.estimates(3000);
    listener.after(200, &wishes);
    let mut risen = 0;
    // A line of 1 Mb/s whose estimate is too high until it is used.
    for _ in 0..600 {
        let gets = listener.gets(&wishes, 0);
        listener.estimates(if gets == [1700] { 1000 } else { 3000 });
        risen += usize::from(gets != [1700] && listener.after(200, &wishes) == [1700]);
    }
    assert!((5..=8).contains(&risen), "{risen} times in two minutes, instead of forty");
}

#[test]
fn whoever_begins_to_speak_gets_the_room_of_the_others_without_delay() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    listener.estimates(5000);
    let one_speaks = [('s', 360, &CAMERA[..2]), ('o', 360, &CAMERA[..2])];
    let other_speaks = [('o', 360, &CAMERA[..2]), ('s', 360, &CAMERA[..2])];
    listener.after(200, &pictures.wishes(&one_speaks));
    listener.estimates(760);
    assert_eq!(listener.after(200, &pictures.wishes(&one_speaks)), [500, 150]);
    assert_eq!(listener.after(200, &pictures.wishes(&other_speaks)), [150, 500]);
}

#[test]
fn a_layer_that_becomes_dearer_is_left_and_one_that_stops_is_no_fall() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    listener.estimates(2000);
    let wishes = |rates| pictures.wishes(&[('s', 720, rates)]);
    assert_eq!(listener.after(200, &wishes(CAMERA)), [1700]);
    assert_eq!(listener.after(200, &wishes(&CAMERA[..2])), [500], "its browser stopped it");
    assert_eq!(listener.after(200, &wishes(CAMERA)), [1700], "and began again");
    assert_eq!(listener.after(200, &wishes(&[150, 500, 2100])), [500]);
}

#[test]
fn a_line_is_explored_as_far_as_is_wished_and_it_may_carry() {
    let pictures = Pictures::new();
    let desired = |estimate: Option<u64>, wanted| {
        let mut bandwidth = Bandwidth::default();
        bandwidth.set_estimate(estimate.map(BitRate::kilobits));
        bandwidth.desired(&pictures.wishes(wanted))
    };
    let four = [('s', 720, &[50, 90, 300][..]); 4];
    assert_eq!(desired(None, &[]), DESIRED_MIN);
    assert_eq!(desired(None, &four[..1]), DESIRED_MIN, "whatever it costs now");
    assert_eq!(desired(None, &four), BitRate::kilobits(4 * 1700 * 5 / 4));
    for (estimate, expected) in [(50, 200), (160, 200), (161, 400), (300, 400), (700, 1600), (9000, 8500)] {
        assert_eq!(desired(Some(estimate), &four), BitRate::kilobits(expected), "{estimate}");
    }
}

#[test]
fn a_line_is_filled_up_to_the_next_layer_and_after_a_fall_for_two_seconds_of_six() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let wishes = pictures.wishes(&[('s', 720, CAMERA), ('o', 180, &CAMERA[..1])]);
    let sound = BitRate::kilobits(100);
    let filled = |listener: &mut Listener| {
        let decided = listener.bandwidth.decide(&wishes, sound, false, listener.now);
        listener.bandwidth.exploration(&wishes, &decided, sound, listener.now).filled.0 / 1000
    };
    listener.estimates(900);
    assert_eq!(filled(&mut listener), 100 + 1700 * MARGIN / 100 + 150 + 45, "rounded up");
    listener.estimates(9000);
    assert_eq!(filled(&mut listener), 0, "nothing is lacking");
    listener.estimates(900);
    let seconds: Vec<_> = (0..12)
        .filter(|_| {
            let is_filled = filled(&mut listener) > 0;
            listener.now += Duration::from_secs(1);
            is_filled
        })
        .collect();
    assert_eq!(seconds, [1, 2, 7, 8]);
}

#[test]
fn where_losses_have_nothing_to_do_with_the_rate_the_speaker_is_seen_whatever_the_estimate_says() {
    let mut listener = Listener::new();
    let both = Pictures::new().wishes(&[('o', 360, &CAMERA[..2]), ('s', 360, &CAMERA[..2])]);
    listener.estimates(2000);
    listener.gets(&both, 0);
    listener.loses_by_chance = true;
    listener.estimates(10);
    assert_eq!(listener.after(10_000, &both), [0, CAMERA[0]]);
    listener.estimates(CAMERA[1]);
    assert_eq!(listener.after(60_000, &both).iter().filter(|&&rate| rate > 0).count(), 2);
    listener.loses_by_chance = false;
    listener.estimates(10);
    assert_eq!(listener.after(10_000, &both), [0, 0]);
}

#[test]
fn half_of_the_frames_are_given_up_before_the_size() {
    let (pictures, mut listener) = (Pictures::new(), Listener::new());
    let halves = |wishes: &mut Vec<Wish>| {
        for wish in wishes {
            let half = |step: &Step| Step { tempo: Tempo::Half, rate: step.rate.percent(60), ..*step };
            wish.steps = wish.steps.iter().flat_map(|step| [half(step), *step]).collect();
        }
    };
    let mut wishes = pictures.wishes(&[('s', 720, CAMERA)]);
    halves(&mut wishes);
    listener.estimates(3000);
    assert_eq!(listener.gets(&wishes, 0), [1700]);
    for (estimate, expected) in [(1500, 1020), (800, 500), (400, 300), (140, 90)] {
        listener.estimates(estimate);
        assert_eq!(listener.gets(&wishes, 0), [expected], "{estimate}");
    }
    listener.estimates(3000);
    assert_eq!(listener.after(3400, &wishes), [1700]);

    let mut three = pictures.wishes(&[('s', 180, &CAMERA[..1]), ('o', 180, &CAMERA[..1]), ('o', 180, &CAMERA[..1])]);
    halves(&mut three);
    let mut listener = Listener::new();
    listener.estimates(370);
    assert_eq!(listener.gets(&three, 0), [150, 90, 90], "everybody is seen before anybody moves well");
}
