//! `sommet config`: which settings are in force, and whether they can be used.

use server::{Server, Settings};

use crate::Outcome;
use crate::serve::Flags;
use crate::settings::Place;

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
                for (key, value) in lines(&loaded.settings)? {
                    println!("{key} = {value}  # {}", loaded.origin(&key));
                }
            }
        }
        Ok(())
    }
}

/// Each setting that has a value, written as in TOML.
fn lines(settings: &Settings) -> Result<Vec<(String, String)>, toml::ser::Error> {
    let table = toml::Table::try_from(settings)?;
    Ok(table.into_iter().map(|(key, value)| (key, value.to_string())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_used_as_a_settings_file() {
        let tls = server::TlsFiles { certificate: "a.pem".into(), key: "b.pem".into() };
        let settings = Settings { tls: Some(tls), media_port: 9, ..Settings::default() };
        let text: String =
            lines(&settings).unwrap().into_iter().map(|(key, value)| format!("{key} = {value}  # x\n")).collect();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
