// right: vectored writes: length, header and body lie in three places and leave in one `writev`.
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    let mut messages: Vec<&[u8]> = args.iter().skip(1).map(|message| message.as_bytes()).collect();
    if messages.is_empty() {
        messages = vec![b"scattered", b"", b"and gathered"];
    }
    let listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(e) => {
            let _ = writeln!(io::stderr(), "server: cannot bind {addr}: {e}");
            return ExitCode::FAILURE;
        }
    };
    let _ = writeln!(io::stdout(), "listening on {addr}");
    let messages = messages.as_slice();
    thread::scope(|scope| {
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    let work = move || serve(stream, peer, messages);
                    if let Err(e) = thread::Builder::new().spawn_scoped(scope, work) {
                        let _ = writeln!(io::stderr(), "{peer}: no thread: {e}");
                    }
                }
                Err(e) => {
                    let _ = writeln!(io::stderr(), "accept: {e}");
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
    })
}

fn serve(mut stream: TcpStream, peer: SocketAddr, messages: &[&[u8]]) {
    let outcome = stream
        .set_nodelay(true)
        .and_then(|()| messages.iter().try_for_each(|message| push(&mut stream, message)))
        .and_then(|()| stream.shutdown(Shutdown::Write))
        .and_then(|()| discard(&mut stream));
    let _ = writeln!(io::stdout(), "{peer}: {outcome:?}");
}

fn push(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let header = format!("{{\"data_size\": {}}}", body.len());
    let length = (header.len() as u32).to_be_bytes();
    let mut parts = [
        IoSlice::new(&length),
        IoSlice::new(header.as_bytes()),
        IoSlice::new(body),
    ];
    let mut parts = parts.as_mut_slice();
    IoSlice::advance_slices(&mut parts, 0);
    while !parts.is_empty() {
        match stream.write_vectored(parts) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => IoSlice::advance_slices(&mut parts, n),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn discard(stream: &mut TcpStream) -> io::Result<()> {
    let end = Instant::now() + Duration::from_secs(1);
    let mut sink = [0; 512];
    while let Some(left) = end
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
    {
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut sink) {
            Ok(0) => break,
            Ok(_) => {}
            Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
