//! The names of every setting: in the file, in the environment, on the command line. All come from the fields of
//! [`Settings`], so that what is printed is what is read.

use figment::value::{Dict, Value};
use serde::Serialize;
use server::{Settings, TlsFiles};

use crate::spelling::meant;

/// What begins the names of environment variables.
pub(crate) const PREFIX: &str = "SOMMET_";

/// One setting.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// In the file; `tls.key` is `key` of the table `tls`.
    pub(crate) key: String,
    /// Whether it is a list.
    pub(crate) is_list: bool,
    /// What it is when nobody sets it, as it would stand in the environment; none when there is nothing to say then.
    default: Option<String>,
}

impl Name {
    /// The environment variable: a point becomes two underscores.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.replace('.', "__").to_uppercase())
    }

    /// The key without its table, which is the name of its flag.
    fn last(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or(&self.key)
    }
}

/// All settings, in the order of their keys.
pub(crate) fn all() -> Vec<Name> {
    let defaults = values_of(&Settings::default());
    let files = TlsFiles { certificate: "-".into(), key: "-".into() };
    let whole = values_of(&Settings { tls: Some(files), ..Settings::default() });
    let mut names = Vec::new();
    for (key, value) in whole {
        match value {
            Value::Dict(_, parts) => names.extend(parts.into_keys().map(|part| Name {
                key: format!("{key}.{part}"),
                is_list: false,
                default: None,
            })),
            Value::Array(..)
            | Value::Bool(..)
            | Value::Char(..)
            | Value::Empty(..)
            | Value::Num(..)
            | Value::String(..) => {
                let default = defaults.get(&key).and_then(written);
                names.push(Name { is_list: matches!(value, Value::Array(..)), key, default });
            }
        }
    }
    names
}

/// The values of a struct by its fields; none for what is no struct.
pub(crate) fn values_of(settings: &impl Serialize) -> Dict {
    match Value::serialize(settings) {
        Ok(Value::Dict(_, values)) => values,
        Ok(_) | Err(_) => Dict::new(),
    }
}

/// A value as it stands in the environment.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Array(_, items) if items.is_empty() => None,
        Value::Array(_, items) => Some(items.iter().filter_map(written).collect::<Vec<_>>().join(",")),
        Value::Bool(_, set) => Some(set.to_string()),
        Value::Num(_, number) => number.to_u128().map(|number| number.to_string()),
        Value::String(_, text) => Some(text.clone()),
        Value::Char(..) | Value::Dict(..) | Value::Empty(..) => None,
    }
}

/// The variable that was probably meant by a lower-case name without its beginning: of a key, or of a flag.
pub(crate) fn meant_variable(name: &str, names: &[Name], others: &[&str]) -> Option<String> {
    let keys = names.iter().map(|name| (name.key.replace('.', "__"), name.variable()));
    let flags = names.iter().map(|name| (name.last().to_owned(), name.variable()));
    let others = others.iter().map(|other| (other.to_string(), format!("{PREFIX}{}", other.to_uppercase())));
    let known: Vec<_> = keys.chain(flags).chain(others).collect();
    let nearest = meant(name, known.iter().map(|(text, _)| text.as_str()))?;
    known.iter().find(|(text, _)| text == nearest).map(|(_, variable)| variable.clone())
}

/// Adds to the help of a flag what its setting is called elsewhere.
pub(crate) fn with_names(flag: clap::Arg) -> clap::Arg {
    let names = all();
    let id = flag.get_id().as_str();
    // The variables of the folder and of the file are read by clap, which names them.
    let name = names.iter().find(|name| name.last() == id && flag.get_env().is_none());
    let (Some(name), Some(help)) = (name, flag.get_help()) else { return flag };
    let mut help = help.to_string();
    if let Some(default) = name.default.as_ref().filter(|_| !help.contains("[default:")) {
        help += &format!(" [default: {default}]");
    }
    help += &format!(" [env: {}] [file: {}]", name.variable(), name.key);
    flag.help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_names_and_its_default() {
        let names = all();
        let line = |key: &str| {
            let name = names.iter().find(|name| name.key == key).unwrap();
            (name.variable(), name.is_list, name.default.clone().unwrap_or_default())
        };
        assert_eq!(line("listen"), ("SOMMET_LISTEN".to_owned(), true, "0.0.0.0:8443,[::]:8443".to_owned()));
        assert_eq!(line("media_port"), ("SOMMET_MEDIA_PORT".to_owned(), false, "8444".to_owned()));
        assert_eq!(line("tls.certificate"), ("SOMMET_TLS__CERTIFICATE".to_owned(), false, String::new()));
        assert_eq!(line("log_format").2, "text");
        assert_eq!(line("base_url").2, "");
    }

    #[test]
    fn a_variable_near_a_key_or_a_flag_is_understood_and_those_of_container_platforms_are_not() {
        let names = all();
        let meant = |name: &str| meant_variable(name, &names, &["config", "log"]);
        for (written, variable) in [
            ("certificate", "SOMMET_TLS__CERTIFICATE"),
            ("key", "SOMMET_TLS__KEY"),
            ("tls_certificate", "SOMMET_TLS__CERTIFICATE"),
            ("public_address", "SOMMET_PUBLIC_ADDRESSES"),
            ("host_name", "SOMMET_HOST_NAMES"),
            ("media_prot", "SOMMET_MEDIA_PORT"),
            ("logs", "SOMMET_LOG"),
        ] {
            assert_eq!(meant(written).as_deref(), Some(variable), "{written}");
        }
        let platform = ["port", "service_host", "service_port", "service_port_https", "port_8443_tcp"];
        let more =
            ["port_8443_tcp_addr", "port_8443_tcp_port", "port_8443_tcp_proto", "port_8444_udp", "name", "version"];
        for written in platform.into_iter().chain(more) {
            assert_eq!(meant(written), None, "{written}");
        }
    }
}
