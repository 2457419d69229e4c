//! Those whom an attack may call, and who call an attack.

use super::world::{Ports, World};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

/// How often those who listen look whether it is over.
const LOOK: Duration = Duration::from_millis(10);

impl World {
    /// Listens for those who call: at TCP, UDP, and a socket in the home folder; and calls those who listen.
    pub(super) fn listen(&mut self) {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let agent = UnixListener::bind(self.path("home/agent")).expect("a socket");
        let free = || {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("an address").port()
        };
        let port = |addr: std::io::Result<std::net::SocketAddr>| addr.expect("an address").port();
        self.ports =
            Ports { tcp: port(tcp.local_addr()), udp: port(udp.local_addr()), open: [free(), free()] };
        tcp.set_nonblocking(true).expect("a socket");
        agent.set_nonblocking(true).expect("a socket");
        udp.set_read_timeout(Some(LOOK)).expect("a socket");
        let (heard, over, open) = (Arc::clone(&self.heard), Arc::clone(&self.over), self.ports.open);
        thread::spawn(move || {
            let hear = |text: String| heard.lock().expect("a list").extend(text.lines().map(String::from));
            while !over.load(Ordering::SeqCst) {
                while let Ok((caller, _)) = tcp.accept() {
                    let _ = caller.set_nonblocking(false);
                    let _ = caller.set_read_timeout(Some(Duration::from_secs(2)));
                    hear(first_line(caller));
                }
                while let Ok((caller, _)) = agent.accept() {
                    let _ = caller.set_nonblocking(false);
                    let _ = caller.set_read_timeout(Some(Duration::from_secs(2)));
                    hear(first_line(caller));
                }
                for port in open {
                    if let Ok(called) = TcpStream::connect(("127.0.0.1", port)) {
                        let _ = called.set_read_timeout(Some(Duration::from_secs(2)));
                        hear(first_line(called));
                    }
                }
                let mut bytes = [0; 500];
                while let Ok(n) = udp.recv(&mut bytes) {
                    hear(String::from_utf8_lossy(&bytes[..n]).into_owned());
                }
            }
        });
    }
}

fn first_line(from: impl Read) -> String {
    let mut line = String::new();
    let _ = BufReader::new(from).read_line(&mut line);
    line
}
