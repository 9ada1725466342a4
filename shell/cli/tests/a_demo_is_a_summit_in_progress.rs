//! `sommet demo` prints a link for each seat, once there is something to see behind it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Folder, Running, arrive, derived};
use serde_json::json;

fn links(said: &[String]) -> Vec<&str> {
    said.iter().map(|line| line.trim()).filter(|line| line.starts_with("http://127.0.0.1:")).collect()
}

fn heading(said: &[String], words: &str) -> usize {
    said.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words:?} in {said:#?}"))
}

#[test]
fn without_bots_every_seat_is_free() {
    let folder = Folder::new();
    let demo = Running::start(&["demo", "--no-bots", "--port", "0"], &folder);
    let said = demo.until_ready();
    let links = links(&said);
    assert_eq!(links.len(), 13, "{said:#?}");
    // It has no keyboard here.
    let stop = format!("To stop: kill {}", demo.id());
    assert!(said.iter().any(|line| line.ends_with(&stop)) && !said.concat().contains("Ctrl"), "{said:#?}");
    let (url, _) = links[0].split_once("/#/join/").unwrap();
    assert_eq!(arrive(url, &derived(&json!({ "link": links[0] })).0).1["you"], "chair");
    assert!(said.iter().any(|line| line.contains("Its parties signed")), "{said:#?}");
    assert_eq!(demo.stop(), Some(0));
}

#[test]
fn bots_leave_the_chair_and_a_seat_on_each_side() {
    let folder = Folder::new();
    let demo = Running::start(&["demo", "--port", "0"], &folder);
    let said = demo.until_ready();
    let (chair, free) = (heading(&said, "preside"), heading(&said, "take part"));
    let taken = heading(&said, "Bots have these seats");
    assert!(chair < free && free < taken, "{said:#?}");
    assert_eq!(links(&said[chair..free]).len(), 1);
    assert_eq!(links(&said[free..taken]).len(), 2);
    assert_eq!(links(&said[taken..]).len(), 10);
    assert_eq!(demo.stop(), Some(0));
}
