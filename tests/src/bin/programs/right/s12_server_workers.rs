// right: four threads receive from clones of one socket; a line of diary after each reply
use std::io::{self, Write};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;

pub fn main(args: &[String]) -> ExitCode {
    let addr = args.first().map_or("127.0.0.1:8888", String::as_str);
    match UdpSocket::bind(addr).and_then(|socket| work(&socket)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("server: {addr}: {e}");
            ExitCode::from(3)
        }
    }
}

fn work(socket: &UdpSocket) -> io::Result<()> {
    let clones = (0..4).map(|_| socket.try_clone()).collect::<io::Result<Vec<_>>>()?;
    let workers: Vec<_> = clones.into_iter().map(|clone| thread::spawn(move || serve(&clone))).collect();
    for worker in workers {
        let _ = worker.join();
    }
    Ok(())
}

fn serve(socket: &UdpSocket) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let Ok((n, client)) = socket.recv_from(&mut buffer) else { continue };
        let Some((number, text)) = buffer[..n].split_first_chunk::<4>() else { continue };
        if text.len() > 1024 {
            continue;
        }
        let mut reply = number.to_vec();
        reply.extend(text.iter().map(u8::to_ascii_uppercase));
        let sent = socket.send_to(&reply, client);
        let _ = writeln!(io::stdout(), "{} to {client}: {sent:?}", u32::from_be_bytes(*number));
    }
}
