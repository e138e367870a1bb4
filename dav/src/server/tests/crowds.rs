//! Many clients, slow clients, and those that never come to the point.

use rustix::process::{Rlimit, setrlimit};

use super::*;

fn world_of(change: impl FnOnce(&mut Limits)) -> World {
    let mut limits = limits();
    change(&mut limits);
    World::with(limits, Tls::Off)
}

/// Room for both ends of many connections.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

#[test]
fn a_head_that_drips_is_cut() {
    let world = World::new();
    let mut stream = world.connect();
    let begun = Instant::now();
    send(&mut stream, "GET / HTTP/1.1\r\n");
    while stream.write_all(b"X: y\r\n").is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begun.elapsed() >= Duration::from_millis(400));
    eventually(|| world.server.clients().is_empty());
}

#[test]
fn a_silent_connection_is_cut_and_a_slow_service_is_not() {
    let world = world_of(|limits| limits.idle = Duration::from_millis(200));
    let mut silent = world.connect();
    let mut slow = world.connect();
    send(&mut slow, "GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(rest(&mut silent), "");
    assert_eq!(head_and_body(&mut slow).1, "late");
    assert_eq!(rest(&mut slow), "");
}

#[test]
fn a_reader_that_takes_nothing_is_cut() {
    let world = World::new();
    let mut stream = world.connect();
    send(&mut stream, "GET /stream/100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(matches!(world.told(), Told::Sent(pieces) if pieces < 100_000));
    eventually(|| world.server.clients().is_empty());
}

#[test]
fn a_thousand_idle_and_two_hundred_slow_connections_keep_nobody_out() {
    raise_descriptors();
    let world = world_of(|limits| limits.stall = Duration::from_secs(20));
    let idle: Vec<_> = (0..1000).map(|_| world.connect()).collect();
    let mut readers: Vec<_> = (0..100).map(|_| world.connect()).collect();
    let mut writers: Vec<_> = (0..100).map(|_| world.connect()).collect();
    for stream in &mut readers {
        send(stream, "GET /stream/100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    for stream in &mut writers {
        send(stream, "PUT /size HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    }
    eventually(|| world.server.clients().iter().filter(|client| client.requests == 1).count() == 200);
    let begun = Instant::now();
    for _ in 0..10 {
        let mut stream = world.connect();
        send(&mut stream, "PUT /size HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!(head_and_body(&mut stream).1, "Some(5) Ok(5)");
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(world.server.clients().len() >= 1200);
    for mut stream in writers {
        stream.write_all(&[b'x'; 1000]).unwrap();
        assert_eq!(head_and_body(&mut stream).1, "Some(1000) Ok(1000)");
    }
    drop((idle, readers));
}

#[test]
fn where_there_is_no_room_the_idlest_makes_some() {
    let world = world_of(|limits| {
        limits.connections = 3;
        // The busy ones take nothing all the while.
        limits.stall = Duration::from_secs(20);
    });
    let mut idle: Vec<_> = (0..3).map(|_| world.connect()).collect();
    eventually(|| world.server.clients().len() == 3);
    let mut busy: Vec<_> = (0..3).map(|_| world.connect()).collect();
    for stream in &mut busy {
        send(stream, "GET /stream/100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    for stream in &mut idle {
        assert_eq!(rest(stream), "");
    }
    eventually(|| world.server.clients().iter().filter(|client| client.requests == 1).count() == 3);
    let mut late = world.connect();
    assert_eq!(late.read(&mut [0]).unwrap_or(0), 0, "nobody is idle: the last one is sent away");
    drop(busy);
    eventually(|| world.server.clients().is_empty());
    assert!(world.serves());
}

#[test]
fn one_address_has_its_share() {
    let clients: Arc<Clients> = Arc::default();
    let limits = Limits { per_address: 2, ..limits() };
    let enter = |address: &str| clients.enter(address.parse().unwrap(), false, &limits);
    let first = enter("2001:db8::1").unwrap();
    std::thread::sleep(Duration::from_millis(5));
    let second = enter("2001:db8::2").unwrap();
    second.connection.request_began();
    let third = enter("2001:db8::3").unwrap();
    assert!(first.connection.is_cut() && !second.connection.is_cut());
    third.connection.request_began();
    assert!(enter("2001:db8::4").is_none());
    assert!(enter("2001:db8:0:1::4").is_some() && enter("192.0.2.1").is_some());
    let own: Vec<_> = (0..5).map(|_| enter("127.0.0.1").unwrap()).collect();
    assert!(own.iter().all(|place| !place.connection.is_cut()));
}
