// kills pair-messages@plain: `peek` leaves them there
// never: mend the server
// Mistake: it calls `peek` in place of `read` (and rests a little, so that it does not flood the screen).
// Breaks "each read is a message"; seen from outside: the first message is printed again and again.
use std::io::{self, Write};
use std::net::TcpStream;
use std::process::ExitCode;

fn talk(address: &str) -> io::Result<()> {
    let stream = TcpStream::connect(address)?;
    let mut output = io::stdout().lock();
    let mut buffer = [0; 1024];
    let mut number = 1;
    loop {
        let n = stream.peek(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        write!(output, "message {number}: ")?;
        output.write_all(&buffer[..n])?;
        output.write_all(b"\n")?;
        output.flush()?;
        number += 1;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

pub fn main(args: &[String]) -> ExitCode {
    let address = args.first().map_or("127.0.0.1:8888", String::as_str);
    match talk(address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{address}: {error}");
            ExitCode::FAILURE
        }
    }
}
