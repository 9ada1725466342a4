use crate::support::{Bench, get, post_json, request, run};

#[test]
fn the_headers_are_on_every_response() {
    let bench = Bench::start();
    run(async {
        let address = bench.address();
        let replies = [
            get(address, "/").await,
            get(address, "/healthz").await,
            get(address, "/readyz").await,
            get(address, "/metrics").await,
            get(address, "/api/v1/openapi.json").await,
            get(address, "/api/v1/ws").await,
            get(address, "/api/v1/nothing").await,
            get(address, "/no/such/file.js").await,
            get(address, "/../../etc/passwd").await,
            get(address, "/%2e%2e/%2e%2e/Cargo.toml").await,
            get(address, "/api/v1/sessions").await,
            post_json(address, "/api/v1/sessions", "{}").await,
            request(address, "DELETE", "/", "", "").await,
        ];
        for reply in replies {
            let policy = reply.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"));
            assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"));
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            assert!(reply.header("permissions-policy").unwrap().contains("camera=(self), microphone=(self)"));
            // Without TLS there is nothing to insist on.
            assert_eq!(reply.header("strict-transport-security"), None);
            assert!(reply.header("set-cookie").is_none(), "no cookies");
        }
    });
}

#[test]
fn an_address_without_anything_is_a_problem_and_a_wrong_method_too() {
    let bench = Bench::start();
    run(async {
        let address = bench.address();
        for path in
            ["/api/v1/nothing", "/no/such/file.js", "/../../Cargo.toml", "/%2e%2e/Cargo.toml", "/assets/../../x"]
        {
            let reply = get(address, path).await;
            assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"), "{path}");
        }
        for (method, path) in
            [("GET", "/api/v1/sessions"), ("DELETE", "/"), ("POST", "/healthz"), ("PUT", "/api/v1/ws")]
        {
            let reply = request(address, method, path, "", "").await;
            assert_eq!((reply.status, reply.problem().as_str()), (405, "method-not-allowed"), "{method} {path}");
        }
    });
}

#[test]
fn the_page_is_html_also_before_the_client_was_built() {
    let bench = Bench::start();
    run(async {
        let page = get(bench.address(), "/").await;
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        if page.status == 503 {
            assert!(page.body.contains("npm run build"), "{}", page.body);
            return;
        }
        assert_eq!((page.status, page.header("cache-control")), (200, Some("no-cache")));
        let tag = format!("If-None-Match: {}\r\n", page.header("etag").unwrap());
        assert_eq!(request(bench.address(), "GET", "/", &tag, "").await.status, 304);
        let asset = page.body.split('"').find(|part| part.contains("assets/")).unwrap().trim_start_matches('.');
        let asset = get(bench.address(), asset).await;
        assert_eq!(asset.status, 200);
        assert!(asset.header("cache-control").unwrap().contains("immutable"));
    });
}
