//! The address of a program that is started without an argument: 127.0.0.1:8888, which all programs share.

use super::facts::can;
use super::{Bench, Client, Endpoint, Peer, fixed_address};
use crate::finding::{Half, Outcome, skip};
use crate::system::address;
use crate::system::datagrams;
use crate::system::patience::{AT_MOST, Patience};
use crate::system::processes;
use crate::system::sockets;
use std::net::UdpSocket;
use std::time::Duration;

/// How long a program that was ended may still hold the address.
const LEAVES: Duration = Duration::from_secs(2);

/// The default address, reserved for one check. Programs that use it must end before this is dropped.
pub struct DefaultAddress {
    /// The address.
    pub addr: Endpoint,
    _claim: UdpSocket,
}

impl Bench<'_> {
    /// Reserves the default address. Other checks and other runs wait for it, up to 60 s.
    ///
    /// # Errors
    /// A skip for a half that is fixed to one address, where another program listens at the default one, and where
    /// other runs do not let go of it.
    pub fn default_address(&self, half: Half) -> Outcome<DefaultAddress> {
        self.claimed_default(half, || fixed_address::is_taken(address::DEFAULT))
    }

    /// Reserves the default address for programs that bind a datagram socket there, as [`Bench::default_address`].
    ///
    /// # Errors
    /// As there.
    pub fn default_datagram_address(&self, half: Half) -> Outcome<DefaultAddress> {
        self.claimed_default(half, || {
            datagrams::taking(address::DEFAULT).is_ok_and(|found| !found.is_empty())
        })
    }

    fn claimed_default(&self, half: Half, is_taken: impl Fn() -> bool) -> Outcome<DefaultAddress> {
        if let Some(fixed) = self.programs.fixed_of(half) {
            return skip(format!(
                "the {} is fixed to {fixed}: its default address is not tried",
                half.word()
            ));
        }
        let at = address::DEFAULT;
        let claimed = Patience::limited(AT_MOST, &[]).until(|| address::claim_default().transpose());
        let Some(claim) = claimed else {
            return skip(format!("other runs use the default address {at}: try again when they have ended"));
        };
        let claim = can("reserve the default address", claim.map_err(Into::into))?;
        let free = || (!is_taken()).then_some(());
        if Patience::limited(LEAVES, &[]).until(free).is_none() {
            return skip(format!("another program has the default address {at}: end it, and run again"));
        }
        Ok(DefaultAddress { addr: at.into(), _claim: claim })
    }

    /// Checks that this half can be started without an address.
    ///
    /// # Errors
    /// A skip that names the reason.
    pub fn starts_without_address(&self, half: Half) -> Outcome {
        let start = match half {
            Half::Server => &self.programs.server,
            Half::Client | Half::Pair => &self.programs.client,
        };
        if start.has_place() {
            return skip(
                "the command names a place for the address, so the program cannot be started without one",
            );
        }
        Ok(())
    }
}

impl DefaultAddress {
    /// Returns why a server that does not set SO_REUSEADDR cannot bind the address now; `None` where nothing keeps it
    /// from that.
    pub fn is_kept(&self) -> Option<&'static str> {
        let port = address::DEFAULT.port();
        let kept = sockets::all().unwrap_or_default().iter().any(|entry| entry.local.port() == port);
        kept.then_some("another program uses port 8888, or a connection there is not over yet (TIME_WAIT)")
    }
}

impl Client {
    /// Returns whether this connection is the client's; `true` where the platform does not tell.
    pub fn holds(&self, peer: &Peer) -> bool {
        let side = peer.ends().ok().and_then(|ends| ends.other_side().ok().flatten());
        side.is_none_or(|side| {
            !side.is_held() || processes::socket_inodes(self.program.root()).contains(&side.inode)
        })
    }
}
