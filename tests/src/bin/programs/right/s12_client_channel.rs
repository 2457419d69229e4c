// right: a thread receives and passes replies on in a channel; the asker waits with recv_timeout; unconnected
use std::io::{self, BufRead, Write};
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

type Reply = (u32, Vec<u8>);

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    talk(addr).map_or_else(
        |e| {
            let _ = writeln!(io::stderr(), "client: {e}");
            ExitCode::from(1)
        },
        |()| ExitCode::SUCCESS,
    )
}

fn talk(addr: &str) -> io::Result<()> {
    let server = addr.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("no such address"))?;
    let socket = UdpSocket::bind(if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
    let replies = listen(socket.try_clone()?, server);
    let (mut number, mut input) = (0, io::stdin().lock());
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.pop_if(|last| *last == b'\n').is_some() {
            line.pop_if(|last| *last == b'\r');
        }
        match &line[..] {
            b"" => continue,
            b"q" => break,
            _ if line.len() > 1024 => {
                return Err(io::Error::other("line too long: 1024 bytes are the limit"));
            }
            _ => number += 1,
        }
        print!(">> ");
        let text = ask(&socket, &replies, server, number, &line)?;
        io::stdout().write_all(&[&text[..], b"\n"].concat())?;
        io::stdout().flush()?;
    }
    Ok(())
}

fn listen(socket: UdpSocket, server: SocketAddr) -> Receiver<Reply> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let Ok((n, from)) = socket.recv_from(&mut buffer) else { continue };
            if let Some((number, text)) = buffer[..n].split_first_chunk()
                && from == server
                && send.send((u32::from_be_bytes(*number), text.to_vec())).is_err()
            {
                break;
            }
        }
    });
    receive
}

fn ask(
    socket: &UdpSocket,
    replies: &Receiver<Reply>,
    server: SocketAddr,
    number: u32,
    text: &[u8],
) -> io::Result<Vec<u8>> {
    let mut request = number.to_be_bytes().to_vec();
    request.extend_from_slice(text);
    for _ in 0..5 {
        socket.send_to(&request, server)?;
        let until = Instant::now() + Duration::from_millis(250);
        while let Ok((answered, text)) = replies.recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            if answered == number {
                return Ok(text);
            }
        }
    }
    Err(io::Error::other("no reply"))
}
