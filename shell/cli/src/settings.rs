//! The settings of the server, from a file, then the environment, then flags: each overrules the one before.
//!
//! The file is `sommet.toml` in the data directory, or the one named by `--config`. A key that does not exist is an error
//! with the name that was probably meant, so that a misspelt setting is never silently ignored.

pub(crate) mod names;

use std::ffi::OsString;
use std::path::PathBuf;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider, error::Kind};
use serde::Serialize;
use server::Settings;

use crate::spelling::meant;
use names::{Name, PREFIX, values_of};

/// The file that is read from the data directory when no other is named.
const FILE: &str = "sommet.toml";
/// Variables that are read elsewhere; those of a path may be other than text.
const OTHER_VARIABLES: &[&str] = &["config", "data", "log", "passphrase"];

/// Where the data and the settings are.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Place {
    /// The folder that holds everything the server keeps [default: sommet-data]
    #[arg(long, value_name = "DIR", env = "SOMMET_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
    /// The settings file [default: sommet.toml in the data folder, if there is one]
    #[arg(long, value_name = "FILE", env = "SOMMET_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The named file does not exist.
    #[error("there is no settings file {}", .0.display())]
    NoFile(PathBuf),
    /// What is wrong, one line each.
    #[error("{}", .0.join("\n"))]
    Wrong(Vec<String>),
}

/// Settings with where each comes from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// They.
    pub(crate) settings: Settings,
    /// What looks like a setting and is none, but does no harm.
    pub(crate) warnings: Vec<String>,
    figment: Figment,
}

impl Loaded {
    /// Where the value of a setting comes from, for people.
    pub(crate) fn origin(&self, key: &str) -> String {
        self.figment.find_metadata(key).map_or_else(|| "default".to_owned(), name_of)
    }
}

impl Place {
    /// The settings of this place, with `flags` on top.
    ///
    /// # Errors
    /// With every unknown name, or the first value that cannot be read.
    pub(crate) fn load(&self, flags: &impl Serialize) -> Result<Loaded, SettingsError> {
        self.load_with(flags, std::env::vars_os())
    }

    fn load_with(
        &self,
        flags: &impl Serialize,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Loaded, SettingsError> {
        let mut figment = Figment::new();
        if let Some(file) = self.file()? {
            figment = figment.merge(Toml::file_exact(file));
        }
        let known = names::all();
        let (mut warnings, mut wrong) = (Vec::new(), Vec::new());
        for (variable, value) in environment {
            let variable = variable.to_string_lossy();
            let Some(key) = variable.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            if OTHER_VARIABLES.contains(&key.as_str()) {
                continue;
            }
            match (setting_of(&key, &known), value.to_str()) {
                // As container platforms leave it that pass on a variable which is not there.
                (Some(_), Some(text)) if text.trim().is_empty() => {}
                (Some(is_list), Some(text)) => figment = figment.merge(from_variable(&variable, &key, text, is_list)),
                (Some(_), None) => wrong.push(format!("the environment variable {variable} is not text (UTF-8)")),
                (None, _) => match names::meant_variable(&key, &known, OTHER_VARIABLES) {
                    Some(meant) => {
                        wrong.push(format!("the environment variable {variable} is no setting; did you mean {meant}?"))
                    }
                    // Not an error: container platforms set SOMMET_PORT and the like for a service of this name.
                    None => warnings.push(format!("the environment variable {variable} is no setting and is ignored")),
                },
            }
        }
        if !wrong.is_empty() {
            return Err(SettingsError::Wrong(wrong));
        }
        for (key, value) in given_of(flags) {
            let name = format!("--{}", key.replace('_', "-"));
            figment = figment.merge(Source { name, values: Dict::from([(key, value)]) });
        }
        if let Some(data) = &self.data {
            // Only for where it comes from: a path need not be text.
            let values = Dict::from([("data".to_owned(), Value::from(data.display().to_string()))]);
            figment = figment.merge(Source { name: "--data".to_owned(), values });
        }
        match figment.extract::<Settings>() {
            Ok(mut settings) => {
                if let Some(data) = &self.data {
                    settings.data.clone_from(data);
                }
                Ok(Loaded { settings, warnings, figment })
            }
            Err(error) => Err(SettingsError::Wrong(explain(&figment, error, &known))),
        }
    }

    /// The data directory of this place.
    ///
    /// # Errors
    /// Those of [`Place::load`].
    pub(crate) fn data(&self) -> Result<PathBuf, SettingsError> {
        Ok(self.load(&())?.settings.data)
    }

    fn file(&self) -> Result<Option<PathBuf>, SettingsError> {
        if let Some(file) = &self.config {
            return if file.is_file() { Ok(Some(file.clone())) } else { Err(SettingsError::NoFile(file.clone())) };
        }
        let data = self.data.clone().unwrap_or_else(|| Settings::default().data);
        Ok(Some(data.join(FILE)).filter(|file| file.is_file()))
    }
}

/// Values with the name of where they come from.
struct Source {
    name: String,
    values: Dict,
}

impl Provider for Source {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// The flags that were given.
fn given_of(flags: &impl Serialize) -> Vec<(String, Value)> {
    let is_given = |value: &Value| match value {
        Value::Empty(..) => false,
        Value::Array(_, items) => !items.is_empty(),
        Value::Bool(_, set) => *set,
        Value::String(..) | Value::Char(..) | Value::Num(..) | Value::Dict(..) => true,
    };
    values_of(flags).into_iter().filter(|(_, value)| is_given(value)).collect()
}

/// Whether a lower-case name is that of a setting, and then whether it is a list. `tls__key` is `key` of `tls`.
fn setting_of(key: &str, known: &[Name]) -> Option<bool> {
    let first = key.split("__").next().unwrap_or(key);
    known.iter().find(|name| top(name) == first).map(|name| name.is_list)
}

/// The key of a setting, or of the table that it stands in.
fn top(name: &Name) -> &str {
    name.key.split('.').next().unwrap_or(&name.key)
}

/// A setting from the environment: a list is separated by commas, and nothing between two of them is nothing.
fn from_variable(variable: &str, key: &str, text: &str, is_list: bool) -> Source {
    let plain = |text: &str| text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
    let value: Value = if is_list && !text.trim_start().starts_with('[') {
        let items: Vec<String> =
            text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect();
        Value::from(items)
    } else {
        plain(text)
    };
    let values = match key.split_once("__") {
        Some((table, key)) => Dict::from([(table.to_owned(), Value::from(Dict::from([(key.to_owned(), value)])))]),
        None => Dict::from([(key.to_owned(), value)]),
    };
    Source { name: format!("the environment variable {variable}"), values }
}

/// Every unknown key; else what is wrong with a value.
fn explain(figment: &Figment, error: figment::Error, known: &[Name]) -> Vec<String> {
    let mut names: Vec<_> = known.iter().map(top).collect();
    names.dedup();
    let given: Dict = figment.extract().unwrap_or_default();
    let unknown: Vec<_> = given
        .keys()
        .filter(|key| !names.contains(&key.as_str()))
        .map(|key| {
            let place =
                figment.find_metadata(key).map_or_else(String::new, |metadata| format!("{}: ", name_of(metadata)));
            format!("{place}there is no setting \"{key}\"{}", cure(key, &names))
        })
        .collect();
    if unknown.is_empty() { error.into_iter().map(|error| explain_value(&error)).collect() } else { unknown }
}

fn explain_value(error: &figment::Error) -> String {
    let place = error.metadata.as_ref().map_or_else(String::new, |metadata| format!("{}: ", name_of(metadata)));
    let (path, kind) = (error.path.join("."), &error.kind);
    if let Kind::UnknownField(key, known) = kind {
        return format!("{place}\"{path}\" has no \"{key}\"{}", cure(key, known));
    }
    if path.is_empty() { format!("{place}{kind}") } else { format!("{place}{path}: {kind}") }
}

fn cure(key: &str, known: &[&str]) -> String {
    match meant(key, known.iter().copied()) {
        Some(meant) => format!("; did you mean \"{meant}\"?"),
        None => format!("; there are {}", known.join(", ")),
    }
}

fn name_of(metadata: &Metadata) -> String {
    match metadata.source.as_ref().and_then(|source| source.file_path()) {
        Some(path) => path.display().to_string(),
        None => metadata.name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[derive(Default, Serialize)]
    struct Flags {
        media_port: Option<u16>,
        listen: Vec<String>,
        plain_http: bool,
    }

    fn load(file: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<Loaded, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), file).unwrap();
        let place = Place { data: Some(folder.path().to_owned()), config: None };
        place.load_with(flags, environment.iter().map(|(key, value)| (key.into(), value.into())))
    }

    #[test]
    fn flags_overrule_the_environment_and_this_overrules_the_file() {
        let file = "media_port = 1\nlisten = [\"127.0.0.1:1\"]\nplain_http = true\nhost_names = [\"a.example\"]";
        let environment = [("SOMMET_MEDIA_PORT", "2"), ("SOMMET_LISTEN", "127.0.0.1:2, [::1]:2"), ("HOME", "/")];
        let flags = Flags { media_port: Some(3), ..Flags::default() };
        let loaded = load(file, &environment, &flags).unwrap();
        let settings = &loaded.settings;
        assert_eq!((settings.media_port, settings.plain_http), (3, true));
        assert_eq!(settings.listen, ["127.0.0.1:2".parse().unwrap(), "[::1]:2".parse().unwrap()]);
        assert_eq!(settings.host_names, ["a.example".parse().unwrap()]);
        assert_eq!(loaded.origin("media_port"), "--media-port");
        assert_eq!(loaded.origin("listen"), "the environment variable SOMMET_LISTEN");
        assert!(loaded.origin("host_names").ends_with("sommet.toml"));
        assert_eq!(loaded.origin("log_format"), "default");
    }

    #[test]
    fn every_unknown_key_is_named_with_the_one_that_was_meant() {
        let Err(SettingsError::Wrong(lines)) = load("media_prot = 1\ncolour = 2", &[], &Flags::default()) else {
            panic!()
        };
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("sommet.toml: there is no setting \"colour\"; there are "), "{lines:?}");
        assert!(lines[1].ends_with("there is no setting \"media_prot\"; did you mean \"media_port\"?"), "{lines:?}");
    }

    #[test]
    fn a_value_that_cannot_be_read_is_named_with_its_place() {
        let wrong = |file, environment| {
            let Err(SettingsError::Wrong(lines)) = load(file, environment, &Flags::default()) else { panic!() };
            lines.join("\n")
        };
        let text = wrong("media_port = \"many\"", &[]);
        assert!(text.contains("sommet.toml: media_port: ") && text.contains("u16"), "{text}");
        let text = wrong("", &[("SOMMET_LISTEN", "everywhere")]);
        assert!(text.starts_with("the environment variable SOMMET_LISTEN: listen"), "{text}");
        let text = wrong("[tls]\ncertificat = \"a\"\nkey = \"b\"", &[]);
        assert!(text.contains("did you mean \"certificate\"?"), "{text}");
        let text = wrong("media_port = ", &[]);
        assert!(text.contains("sommet.toml"), "{text}");
    }

    #[test]
    fn a_table_can_come_from_the_environment_and_strange_variables_only_warn() {
        let environment = [
            ("SOMMET_TLS__CERTIFICATE", "/a.pem"),
            ("SOMMET_TLS__KEY", "/b.pem"),
            ("SOMMET_PORT", "tcp://10.0.0.1:80"),
            ("SOMMET_LOG", "debug"),
        ];
        let loaded = load("", &environment, &Flags::default()).unwrap();
        assert_eq!(loaded.settings.tls.unwrap().key, PathBuf::from("/b.pem"));
        assert_eq!(loaded.warnings.len(), 1);
        assert!(loaded.warnings[0].contains("SOMMET_PORT"));
    }

    #[test]
    fn a_variable_that_holds_nothing_sets_nothing() {
        let environment = [("SOMMET_HOST_NAMES", ""), ("SOMMET_PLAIN_HTTP", " "), ("SOMMET_LISTEN", "127.0.0.1:2,,")];
        let loaded = load("host_names = [\"a.example\"]", &environment, &Flags::default()).unwrap();
        assert_eq!(loaded.settings.host_names, ["a.example".parse().unwrap()]);
        assert_eq!(loaded.settings.listen, ["127.0.0.1:2".parse().unwrap()]);
        let emptied = load("host_names = [\"a.example\"]", &[("SOMMET_HOST_NAMES", "[]")], &Flags::default());
        assert!(emptied.unwrap().settings.host_names.is_empty());
    }

    #[test]
    fn hosts_and_the_beginning_of_links_are_checked_where_they_are_read() {
        let environment = [("SOMMET_BASE_URL", "https://summit.example/"), ("SOMMET_HOST_NAMES", "2001:db8::7")];
        let settings = load("", &environment, &Flags::default()).unwrap().settings;
        assert_eq!(settings.base_url.unwrap().to_string(), "https://summit.example");
        assert_eq!(settings.host_names[0].in_url(), "[2001:db8::7]");
        for file in ["host_names = [\"https://a.example\"]", "host_names = [\"\"]"] {
            let Err(SettingsError::Wrong(lines)) = load(file, &[], &Flags::default()) else { panic!("{file}") };
            assert!(lines[0].contains("host_names") && lines[0].contains("without https://"), "{lines:?}");
        }
        let Err(SettingsError::Wrong(lines)) = load("base_url = \"summit.example\"", &[], &Flags::default()) else {
            panic!()
        };
        assert!(lines[0].contains("base_url") && lines[0].contains("https://summit.example"), "{lines:?}");
    }

    #[test]
    fn a_variable_that_was_probably_meant_as_a_setting_is_an_error() {
        let environment = [("SOMMET_CERTIFICATE", "/a.pem"), ("SOMMET_MEDIA_PROT", "1"), ("SOMMET_PORT", "1")];
        let Err(SettingsError::Wrong(lines)) = load("", &environment, &Flags::default()) else { panic!() };
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with("did you mean SOMMET_TLS__CERTIFICATE?"), "{lines:?}");
        assert!(lines[1].ends_with("did you mean SOMMET_MEDIA_PORT?"), "{lines:?}");
    }

    #[test]
    fn what_is_not_text_is_kept_as_a_path_refused_as_a_setting_and_no_matter_elsewhere() {
        let not_text = OsString::from_vec(b"\xff".to_vec());
        let place = Place { data: Some(PathBuf::from(&not_text)), config: None };
        let environment = [("HOME", not_text.clone()), ("SOMMET_DATA", not_text.clone())];
        let environment = environment.map(|(name, value)| (name.into(), value));
        let loaded = place.load_with(&(), environment.into_iter()).unwrap();
        assert_eq!(loaded.settings.data, PathBuf::from(&not_text));
        let strange = [(OsString::from("SOMMET_LISTEN"), not_text)];
        let Err(SettingsError::Wrong(lines)) = Place::default().load_with(&(), strange.into_iter()) else { panic!() };
        assert_eq!(lines, ["the environment variable SOMMET_LISTEN is not text (UTF-8)"]);
    }

    #[test]
    fn a_named_file_must_exist() {
        let place = Place { data: None, config: Some(PathBuf::from("/nowhere/sommet.toml")) };
        assert!(matches!(place.load_with(&(), std::iter::empty()), Err(SettingsError::NoFile(_))));
    }
}
