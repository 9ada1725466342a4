//! The samples are good; broken files are told apart by their whole report, kept in `snapshots/`.

use super::*;

const SAMPLE: &str = include_str!("../../../../docs/examples/summit.toml");
const SAMPLE_OF_THREE: &str = include_str!("../../../../docs/examples/summit-three.toml");

fn report_of(source: &str) -> String {
    match read(source) {
        Ok(_) => "no mistake".to_owned(),
        Err(mistakes) => report(&mistakes, "summit.toml", source),
    }
}

/// The sample with some texts exchanged; each must be there.
fn sample_with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SAMPLE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the sample has no {from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn the_samples_have_no_mistake() {
    assert_eq!(report_of(SAMPLE), "no mistake");
    assert_eq!(report_of(SAMPLE_OF_THREE), "no mistake");
}

#[test]
fn the_sample_says_what_it_shows() {
    let Proposal { plan, roots } = read(SAMPLE).unwrap();
    assert!(roots.keys().map(ToString::to_string).eq(["meridia", "secretariat", "vesland"]));
    assert_eq!(plan.title.in_language("fr"), "Entretiens sur les eaux partagées");
    assert_eq!(plan.delegations.len(), 2);
    assert_eq!(plan.seats().count(), 13);
    assert!(plan.booths.iter().map(|booth| booth.languages[0].as_str()).eq(["en", "ru"]));
    assert_eq!(plan.chair, [SeatId::new("chair").unwrap()]);
    let head = plan.seat(&SeatId::new("vesland-head").unwrap()).unwrap();
    assert_eq!(head.name.in_language("ru"), "Anders Holmqvist-Reyes");
    assert_eq!(head.time_zone, "Asia/Almaty");
    let six = ["ar", "en", "es", "fr", "ru", "zh"];
    let tags = |text: &Localized| text.languages().map(|language| language.as_str().to_owned()).collect::<Vec<_>>();
    assert!(plan.seats().all(|(_, seat)| tags(&seat.title) == six));
    assert!(plan.delegations.iter().all(|side| tags(&side.name) == six));
}

#[test]
fn a_plain_text_is_in_the_language_of_the_file() {
    let source = SAMPLE_OF_THREE.replacen("language = \"en\"", "language = \"ru\"", 1);
    let plan = read(&source).unwrap().plan;
    let languages: Vec<_> = plan.title.languages().cloned().collect();
    assert_eq!(languages, [Language::new("ru").unwrap()]);
}

#[test]
fn what_is_not_utf_8_is_shown_where_it_stands() {
    assert_eq!(text("title = \"é\"".as_bytes()).ok(), Some("title = \"é\""));
    let (mistake, before) = text(b"title = \"Talks\"\n# \xc3\xa9 \xe9\n").unwrap_err();
    let said = report(&[mistake], "summit.toml", before);
    assert!(said.starts_with("summit.toml:2:5: this is not text in UTF-8\n    open the file"), "{said}");
}

#[test]
fn an_empty_file() {
    insta::assert_snapshot!(report_of(""));
}

#[test]
fn misspelt_words() {
    insta::assert_snapshot!(report_of(&sample_with(&[
        ("chair = [\"chair\"]", "chairs = [\"chair\"]"),
        ("colours = [\"#1f5f5b\"", "colors = [\"#1f5f5b\""),
        ("role = \"note_taker\"", "role = \"notetaker\""),
        ("time_zone = \"Europe/Brussels\"", "timezone = \"Europe/Brussels\""),
        ("layout = \"cross\"", "layout = \"crosses\""),
        ("minutes = 60", "dress_code = \"formal\"\nminutes = 60"),
    ])));
}

#[test]
fn wrong_values() {
    insta::assert_snapshot!(report_of(&sample_with(&[
        ("\"#c8963e\"", "\"gold\""),
        ("time_zone = \"Europe/Brussels\"", "time_zone = \"europe/brusels\""),
        ("time_zone = \"Asia/Singapore\"", "time_zone = \"Moscow time\""),
        ("id = \"vesland-notes\"", "id = \"Vesland Notes\""),
        ("minutes = 15", "minutes = \"fifteen\""),
        ("minutes = 20", "minutes = 0"),
        ("name = \"Kenji Albrecht\"", "name = \"\""),
        ("name = \"Idris van der Roe\"", "name = \"Idris\\u202Eroe\""),
        ("name = \"Mirela Danso\"", "name = 7"),
        ("languages = [\"fr\", \"ar\", \"en\"]", "languages = [\"French\", \"ar\"]"),
        ("languages = [\"en\", \"zh\"]", "languages = \"en\""),
        ("title.en = \"Next meeting\"", "title.english = \"Next meeting\""),
    ])));
}

#[test]
fn broken_rules() {
    insta::assert_snapshot!(report_of(&sample_with(&[
        ("chair = [\"chair\"]", "chair = [\"the-chair\", \"vesland-haed\"]"),
        ("id = \"vesland\"", "id = \"meridia\""),
        ("id = \"vesland-adviser-2\"", "id = \"meridia-adviser-2\""),
        ("id = \"vesland-notes\"", "id = \"meridia-adviser-2\""),
        ("id = \"next\"", "id = \"opening\""),
        ("role = \"chair\"", "role = \"adviser\""),
        ("role = \"note_taker\"", "role = \"principal\""),
        ("layout = \"cross\", colours = [\"#27406b\", \"#e9e4d8\"]", "layout = \"cross\", colours = [\"#27406b\"]"),
        ("languages = [\"fr\", \"en\"]", "languages = []"),
    ])));
}

#[test]
fn wrong_keys() {
    insta::assert_snapshot!(report_of(&sample_with(&[
        ("secretariat_key = \"", "secretariat_key = \"x"),
        ("key = \"OVQR", "key = 7 # \"OVQR"),
    ])));
    let vesland = SAMPLE.lines().filter(|line| line.starts_with("key = ")).nth(1).unwrap();
    let meridia = SAMPLE.lines().find(|line| line.starts_with("key = ")).unwrap();
    insta::assert_snapshot!(report_of(&sample_with(&[(vesland, meridia), ("[[secretariat]]", "[[secretary]]")])));
}

#[test]
fn missing_parts() {
    insta::assert_snapshot!(report_of(
        r#"
title = "Talks"

[[delegation]]
name = "Republic of Meridia"

[[delegation.seat]]
id = "a-1"
role = "adviser"
"#
    ));
}

#[test]
fn not_toml() {
    insta::assert_snapshot!(report_of(&sample_with(&[
        ("id = \"meridia\"", "id = meridia"),
        ("name = \"Temi Okonjo\"", "name = \"Temi Okonjo"),
        ("time_zone = \"Europe/Brussels\"", "time_zone = \"Europe/Brusels\""),
        ("[[agenda]]", "[[agenda]"),
        ("minutes = 60", "minutes = 60\nminutes = 61"),
    ])));
}

#[test]
fn parts_of_a_wrong_shape() {
    insta::assert_snapshot!(report_of(
        r##"
title = ["Talks"]
chair = "chair"
delegation = "Meridia"
secretariat = [1]
agenda = { id = "x" }
language = 3
"##
    ));
}
