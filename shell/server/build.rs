//! Makes sure that the folder of the built web client exists, so that the server compiles before the client was built.

use std::path::Path;

fn main() {
    let folder = Path::new("../../web/dist");
    println!("cargo::rerun-if-changed={}", folder.display());
    if let Err(error) = std::fs::create_dir_all(folder) {
        println!("cargo::warning=cannot make {}: {error}", folder.display());
    }
}
