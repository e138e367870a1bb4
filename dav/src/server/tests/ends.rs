//! Logins that end, and the server that closes.

use super::*;

#[test]
fn a_login_that_ends_is_cut_in_the_middle_of_a_transfer() {
    let world = World::new();
    let mut leaving = world.connect();
    let mut staying = world.connect();
    send(&mut leaving, "GET /login/phone HTTP/1.1\r\nHost: h\r\n\r\n");
    send(&mut staying, "GET /login/desk HTTP/1.1\r\nHost: h\r\n\r\n");
    leaving.read_exact(&mut [0; 1000]).unwrap();
    staying.read_exact(&mut [0; 1000]).unwrap();
    let list = world.server.clients();
    let logins: Vec<_> = list.iter().map(|client| client.logins.join(" ")).collect();
    assert_eq!(logins, ["phone", "desk"]);
    assert!(list.iter().all(|client| client.requests == 1 && client.bytes_in > 30));
    eventually(|| world.server.clients().iter().all(|client| client.bytes_out > 1000));
    assert!(list.iter().all(|client| client.last_request.unwrap() >= client.since));
    world.server.end_login("phone");
    assert!(matches!(world.told(), Told::Sent(_)), "the service's thread is free");
    let mut into = vec![0; 1 << 20];
    let ended = loop {
        match leaving.read(&mut into) {
            Ok(0) => break "well",
            Ok(_) => {}
            Err(_) => break "by reset",
        }
    };
    assert_eq!(ended, "by reset");
    staying.read_exact(&mut [0; 1_000_000]).unwrap();
    eventually(|| world.server.clients().iter().map(|client| client.logins.join(" ")).eq(["desk"]));
}

#[test]
fn an_upload_of_a_login_that_ends_is_broken() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    eventually(|| world.server.clients().iter().any(|client| client.requests == 1));
    world.server.shared.clients.cut_all();
    assert_eq!(world.told(), Told::Read(Err(BodyError::Broken)));
}

#[test]
fn closing_lets_requests_finish_and_silent_clients_go() {
    let world = World::new();
    let mut busy = world.connect();
    let mut kept = world.connect();
    let mut silent = world.connect();
    send(&mut kept, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    head_and_body(&mut kept);
    send(&mut busy, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    eventually(|| world.server.clients().iter().filter(|client| client.requests == 1).count() == 2);
    let address = world.address();
    let begun = Instant::now();
    let closing = std::thread::spawn(move || world.server.close(Duration::from_secs(10)));
    assert_eq!(head_and_body(&mut busy).1, "late");
    for stream in [&mut busy, &mut kept, &mut silent] {
        assert_eq!(rest(stream), "");
    }
    closing.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn closing_cuts_what_does_not_finish() {
    let world = World::with(Limits { stall: Duration::from_secs(60), ..limits() }, Tls::Off);
    let mut reader = world.connect();
    let mut writer = world.connect();
    send(&mut reader, "GET /stream/100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    send(&mut writer, "PUT /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    eventually(|| world.server.clients().iter().filter(|client| client.requests == 1).count() == 2);
    let begun = Instant::now();
    let World { server, told } = world;
    server.close(Duration::from_millis(200));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let told: Vec<_> = told.try_iter().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&Told::Read(Err(BodyError::Broken))));
}

#[test]
fn an_address_in_use_is_named() {
    let world = World::new();
    let (tell, _told) = mpsc::channel();
    let service = Arc::new(Echo { told: parking_lot::Mutex::new(tell) });
    let config = Config { listen: vec![world.address()], tls: Tls::Off, server_name: "Echo" };
    let error = Server::start(config, service).err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&world.address().to_string()));
}
