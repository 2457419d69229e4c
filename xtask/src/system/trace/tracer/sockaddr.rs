//! Reads a `struct sockaddr` (sockaddr(3type)).

use crate::system::trace::call::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The size of the largest one.
pub const LARGEST: usize = 128;

/// Returns the address in these bytes; `None` for a socket that has none, and for other families.
pub fn address(bytes: &[u8]) -> Option<Address> {
    let family = u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?);
    match i32::from(family) {
        libc::AF_INET => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some(inet(Ipv4Addr::from(ip).into(), bytes))
        }
        libc::AF_INET6 => {
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            Some(inet(Ipv6Addr::from(ip).to_canonical(), bytes))
        }
        libc::AF_UNIX => match &bytes[2..] {
            [] => None,
            [0, name @ ..] => (!name.is_empty()).then(|| Address::Unix(format!("@{}", text(name)))),
            path => Some(Address::Unix(text(path.split(|byte| *byte == 0).next().unwrap_or_default()))),
        },
        _ => None,
    }
}

fn inet(ip: IpAddr, bytes: &[u8]) -> Address {
    Address::Inet(SocketAddr::new(ip, u16::from_be_bytes([bytes[2], bytes[3]])))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_each_family_are_read() {
        let family = |family: i32| (family as u16).to_ne_bytes().to_vec();
        let v4 = [family(libc::AF_INET), vec![0x22, 0xb8, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
        assert_eq!(address(&v4).unwrap().to_string(), "127.0.0.1:8888");
        let mapped = [&[0; 10][..], &[0xff, 0xff, 127, 0, 0, 1]].concat();
        let v6 = |ip: &[u8]| [&family(libc::AF_INET6)[..], &[0, 80, 0, 0, 0, 0], ip, &[0; 4]].concat();
        assert_eq!(address(&v6(&mapped)).unwrap().to_string(), "127.0.0.1:80");
        assert_eq!(address(&v6(&[&[0; 15][..], &[1]].concat())).unwrap().to_string(), "[::1]:80");
        let unix = |name: &[u8]| address(&[&family(libc::AF_UNIX)[..], name].concat());
        assert_eq!(unix(b"/tmp/s\0rest"), Some(Address::Unix("/tmp/s".into())));
        assert_eq!(unix(b"\0name"), Some(Address::Unix("@name".into())));
        assert_eq!(unix(b""), None);
        assert_eq!(address(&family(libc::AF_NETLINK)), None);
        assert_eq!(address(&v4[..7]), None);
        assert_eq!(address(&[]), None);
    }
}
