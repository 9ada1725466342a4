//! `sommet config`: which settings are in force, and whether they can be used.

use server::{Server, Settings};

use crate::Outcome;
use crate::serve::Flags;
use crate::settings::Place;
use crate::settings::names::{self, Name};

/// Look at the settings of the server.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Config {
    /// Check the settings without starting the server
    Check {
        #[command(flatten)]
        place: Place,
    },
    /// Print the settings in force, and where each comes from, in the form of a settings file
    Show {
        #[command(flatten)]
        place: Place,
    },
}

impl Config {
    pub(crate) fn run(self) -> Outcome {
        match self {
            Self::Check { place } => {
                let loaded = place.load(&Flags::default())?;
                loaded.warnings.iter().for_each(|warning| println!("warning: {warning}"));
                Server::check(&loaded.settings)?;
                println!("The settings are good.");
            }
            Self::Show { place } => {
                let loaded = place.load(&Flags::default())?;
                for line in lines(&loaded.settings, |key| loaded.origin(key))? {
                    println!("{line}");
                }
            }
        }
        Ok(())
    }
}

/// Every setting, written as in a settings file with where it comes from; one that has no value as a comment.
fn lines(settings: &Settings, origin: impl Fn(&str) -> String) -> Result<Vec<String>, toml::ser::Error> {
    let data = settings.data.to_string_lossy();
    // A settings file is text; a path need not be.
    let is_text = settings.data.to_str().is_some();
    let table = toml::Table::try_from(Settings { data: data.as_ref().into(), ..settings.clone() })?;
    let line = |name: &Name| match value_at(&table, &name.key) {
        Some(_) if name.key == "data" && !is_text => {
            format!("# data is {data}, which is not UTF-8: give it with --data")
        }
        Some(value) => format!("{} = {value}  # {}", name.key, origin(&name.key)),
        None => format!("# {} =  # not set; {}", name.key, name.variable()),
    };
    Ok(names::all().iter().map(line).collect())
}

/// The value of `listen`, or of `tls.key`.
fn value_at<'t>(table: &'t toml::Table, key: &str) -> Option<&'t toml::Value> {
    match key.split_once('.') {
        Some((outer, inner)) => table.get(outer)?.get(inner),
        None => table.get(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_used_as_a_settings_file() {
        let tls = server::TlsFiles { certificate: "a.pem".into(), key: "b.pem".into() };
        let settings = Settings { tls: Some(tls), media_port: 9, ..Settings::default() };
        let text = lines(&settings, |_| "x".to_owned()).unwrap().join("\n");
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }

    #[test]
    fn what_is_not_set_is_shown_too() {
        let lines = lines(&Settings::default(), |_| "default".to_owned()).unwrap();
        for line in [
            "# base_url =  # not set; SOMMET_BASE_URL",
            "# tls.certificate =  # not set; SOMMET_TLS__CERTIFICATE",
            "public_addresses = []  # default",
            "media_port = 8444  # default",
        ] {
            assert!(lines.iter().any(|shown| shown == line), "{line} is not in {lines:#?}");
        }
    }
}
