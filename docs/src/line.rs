use std::io::{BufRead, BufReader};
use std::net::TcpStream;

fn main() -> std::io::Result<()> {
    let mut connection = BufReader::new(TcpStream::connect("127.0.0.1:8888")?); // socket, connect
    let mut line = String::new();
    connection.read_line(&mut line)?; // read, until a \n or FIN comes
    println!("received {line:?}");
    Ok(())
} // `connection` is gone here: close
