//! The settings of a server, as they stand in its file; and each of the texts in it that has a shape of its own.

use std::fmt::Display;
use std::str::FromStr;

use server::{BaseUrl, HostName, PublicAddress, RelayAddress, Settings};

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(settings) = toml::from_str::<Settings>(text) {
        let written = toml::to_string(&settings).expect("settings can be written");
        let again: Settings = toml::from_str(&written).expect("what was written can be read");
        assert_eq!(again, settings);
    }
    again::<BaseUrl>(text);
    again::<HostName>(text);
    again::<PublicAddress>(text);
    again::<RelayAddress>(text);
}

fn again<T: FromStr + Display>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    let written = value.to_string();
    let read = written.parse::<T>().ok().expect("what was written can be read");
    assert_eq!(read.to_string(), written);
}
