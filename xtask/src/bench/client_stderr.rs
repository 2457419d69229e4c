//! A client that also passes bytes on to its standard error.

use super::{Bench, Client, With};
use crate::finding::{Cause, Finding, Half, Outcome, quoted, squeezed};
use crate::system::endpoint::Endpoint;

impl Bench<'_> {
    /// Starts the client, which must call at `addr`, and looks for `wanted` in its standard output and for `errors` in
    /// its standard error, each in this order.
    ///
    /// # Errors
    /// When it cannot be started at all.
    pub fn client_seeking(
        &mut self,
        addr: impl Into<Endpoint>,
        wanted: &[Vec<u8>],
        errors: &[Vec<u8>],
    ) -> Outcome<Client> {
        self.start_client(addr.into(), &With::default(), wanted, errors)
    }
}

impl Client {
    /// Ends the client and checks that its standard error has all `errors` in order, which [`Bench::client_seeking`]
    /// was given; `cause` says why one is not there.
    ///
    /// # Errors
    /// The finding that names the first missing one.
    pub fn passed_on_all(&mut self, errors: &[Vec<u8>], cause: impl Into<Cause>) -> Outcome {
        self.end();
        let Some(missing) = errors.get(self.program.stderr.found()) else { return Ok(()) };
        let said = self.said().0;
        let got = match said.len() {
            0 => "nothing is there".to_string(),
            n => format!("it is not there; standard error ends {}", squeezed(&said[n.saturating_sub(160)..])),
        };
        let expected = format!("the client writes {} to its standard error", quoted(missing));
        Finding::new(expected, got, cause).of(Half::Client).broken()
    }
}
