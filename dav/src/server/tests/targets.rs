//! Request targets with a fragment.

use super::*;

#[test]
fn a_target_with_a_fragment_is_refused_and_nothing_else_is_touched() {
    let world = World::new();
    let mut stream = world.connect();
    // A hash in headers and bodies is what it is, also in a body that looks like a request.
    send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nX: a#b\r\nContent-Length: 22\r\n\r\n");
    send(&mut stream, "DELETE /#x HTTP/1.1\r\n\r\n"[..22].trim_start());
    assert_eq!(world.told(), Told::Read(Ok(22)));
    assert!(head_and_body(&mut stream).0.starts_with("HTTP/1.1 200"));
    send(&mut stream, "\r\nDELETE /c#/notes HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(head_and_body(&mut stream).0.starts_with("HTTP/1.1 400"));

    let mut slow = world.connect();
    for piece in ["DEL", "ETE /a", "#", "b HTTP/1.1\r", "\nHost: h\r\n\r\n"] {
        send(&mut slow, piece);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(head_and_body(&mut slow).0.starts_with("HTTP/1.1 400"));
    assert!(world.serves());
}
