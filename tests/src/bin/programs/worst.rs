//! Servers that behave as badly as a process can.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode};
use std::{env, thread, time::Duration};

/// Never listens, and never ends.
pub fn never_listens(_: &[String]) -> ExitCode {
    sleep_for_ever()
}

/// Ends at once with status 3.
pub fn exits_at_once(_: &[String]) -> ExitCode {
    eprintln!("server: no configuration file");
    ExitCode::from(3)
}

/// Computes for ever, and never listens.
pub fn spins(_: &[String]) -> ExitCode {
    loop {
        std::hint::spin_loop();
    }
}

/// Listens and never accepts.
pub fn never_accepts(args: &[String]) -> ExitCode {
    let _listener = TcpListener::bind(&args[0]).expect("bind");
    sleep_for_ever()
}

/// Accepts, and then does nothing for ever.
pub fn hangs(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let _stream = listener.accept();
    sleep_for_ever()
}

/// Accepts one client after the other, and reads from none.
pub fn reads_nothing(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let mut kept = Vec::new();
    loop {
        kept.push(listener.accept());
    }
}

/// Accepts, and computes for ever.
pub fn spins_beside_a_client(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let _stream = listener.accept();
    spins(args)
}

/// Crashes (SIGABRT) when a client has sent something.
pub fn crashes(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let (mut stream, _) = listener.accept().expect("accept");
    let _ = stream.read(&mut [0; 10]);
    std::process::abort()
}

/// Closes its standard output and error, and serves correctly.
pub fn closes_its_output(args: &[String]) -> ExitCode {
    #[cfg(unix)]
    for fd in [1, 2] {
        let _ = nix::unistd::close(fd);
    }
    serve(args)
}

/// Uses up its file descriptors, so that `accept` fails, and prints the error again and again.
pub fn uses_up_descriptors(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let mut kept = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        kept.push(file);
    }
    loop {
        match listener.accept() {
            Ok((stream, _)) => echo(stream),
            Err(error) => eprintln!("server: accept: {error}"),
        }
    }
}

/// Prints 1 GiB when the first client comes, then serves correctly.
pub fn floods(args: &[String]) -> ExitCode {
    let listener = TcpListener::bind(&args[0]).expect("bind");
    let chunk = vec![b'x'; 1 << 20];
    let flood = || (0..1024).for_each(|_| std::io::stdout().write_all(&chunk).expect("stdout"));
    let (stream, _) = listener.accept().expect("accept");
    flood();
    echo(stream);
    loop {
        echo(listener.accept().expect("accept").0);
    }
}

/// Serves correctly, and leaves a grandchild behind that keeps its pipes open, in its own session.
#[expect(clippy::zombie_processes, reason = "that is the point")]
pub fn leaves_a_grandchild(args: &[String]) -> ExitCode {
    let own = env::current_exe().expect("own path");
    let _ = Command::new(own).arg("worst-detached").args(&args[1..]).spawn().expect("spawn");
    serve(args)
}

/// The grandchild: starts its own session, and ignores SIGTERM, SIGINT and SIGHUP.
pub fn detached(_: &[String]) -> ExitCode {
    #[cfg(unix)]
    {
        let _ = nix::unistd::setsid();
        ignore_sigterm();
    }
    sleep_for_ever()
}

/// Serves correctly, but ignores SIGTERM, SIGINT and SIGHUP.
pub fn ignores_sigterm(args: &[String]) -> ExitCode {
    #[cfg(unix)]
    ignore_sigterm();
    serve(args)
}

#[cfg(unix)]
fn ignore_sigterm() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    for which in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        // SAFETY: SIG_IGN runs no code.
        let _ = unsafe { signal(which, SigHandler::SigIgn) };
    }
}

/// Prints control sequences, which a terminal would obey, and serves correctly.
pub fn prints_control_sequences(args: &[String]) -> ExitCode {
    let mut out = std::io::stdout();
    let _ = out.write_all(b"\x1b[2J\x1b]0;owned\x07\xff\xfe\x00\n");
    let _ = out.flush();
    serve(args)
}

pub fn serve(args: &[String]) -> ExitCode {
    serve_at(&TcpListener::bind(&args[0]).expect("bind"))
}

pub fn serve_at(listener: &TcpListener) -> ExitCode {
    loop {
        echo(listener.accept().expect("accept").0);
    }
}

pub fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(n) = stream.read(&mut buffer) {
        if n == 0 || stream.write_all(&buffer[..n]).is_err() {
            return;
        }
    }
}

fn sleep_for_ever() -> ! {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
