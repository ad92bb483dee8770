//! The comparison's rows by this project.

mod eager;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("eager") => peer_protocol::serve(eager::row, Some(eager::record)),
        mode => panic!("eager, not {mode:?}"),
    }
}
