use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Bench, SEATS, get, link, request, run};

#[test]
fn every_route_is_described_and_every_described_route_is_there() {
    let bench = Bench::start();
    run(async {
        let served = get(bench.address(), "/api/v1/openapi.json").await;
        assert_eq!(served.header("content-type"), Some("application/json"));
        let described = served.json();
        let paths = described["paths"].as_object().unwrap();
        for (path, methods) in paths {
            let address = path.replace("{id}", "nothing").replace("{number}", "0");
            for method in ["GET", "POST", "PUT"] {
                let reply = request(bench.address(), method, &address, "", "").await;
                let is_there = reply.status != 405;
                assert_eq!(is_there, methods.get(method.to_lowercase()).is_some(), "{method} {path}");
                if is_there {
                    let answers = &methods[method.to_lowercase()]["responses"];
                    assert!(
                        answers.get(reply.status.to_string()).is_some(),
                        "{method} {path} answers {}",
                        reply.status
                    );
                }
            }
        }
        let in_source: BTreeSet<&str> = include_str!("../../src/http.rs")
            .split(".route(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(in_source, paths.keys().map(String::as_str).collect());
    });
}

#[test]
fn an_arrival_is_as_described() {
    let bench = Bench::start();
    run(async {
        let described = get(bench.address(), "/api/v1/openapi.json").await.json();
        let arrival = bench.post_link(&link("talks", SEATS[0])).await.json();
        conforms(&described, &json!({ "$ref": "#/components/schemas/Arrival" }), &arrival, "arrival");
        let problem = bench.post_link("never").await.json();
        conforms(&described, &json!({ "$ref": "#/components/schemas/Problem" }), &problem, "problem");
    });
}

/// Whether a value has exactly the described members, all the way down, and only described words.
fn conforms(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference}"));
        return conforms(document, target, value, at);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    if let Some(properties) = schema["properties"].as_object() {
        let members: BTreeSet<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(members, properties.keys().collect::<BTreeSet<_>>(), "{at}");
        for (name, schema) in properties {
            conforms(document, schema, &value[name], &format!("{at}.{name}"));
        }
    }
    if schema["items"].is_object() {
        value
            .as_array()
            .unwrap()
            .iter()
            .for_each(|item| conforms(document, &schema["items"], item, &format!("{at}[]")));
    }
    match schema["type"].as_str() {
        Some("string") => assert!(value.is_string(), "{at}: {value}"),
        Some("integer") => assert!(value.is_u64(), "{at}: {value}"),
        Some("object") => assert!(value.is_object(), "{at}: {value}"),
        Some("array") => assert!(value.is_array(), "{at}: {value}"),
        other => assert!(other.is_none(), "{at}: {other:?}"),
    }
}
