//! A folder in which Unix sockets, and other files, have names.

use crate::bench::{Bench, Dir, Endpoint, Folder, Server, Standing, With};
use crate::finding::{Cause, Finding, Half, Outcome, Stop, broken, unable};

/// The name that most checks use.
pub const NAME: &str = "s";

/// A folder for sockets. It is removed with this value.
pub struct Place {
    pub dir: Dir,
    _folder: Folder,
}

impl Place {
    /// Makes an empty one.
    pub fn new(bench: &Bench) -> Outcome<Self> {
        let folder = bench.socket_folder()?;
        Ok(Self { dir: Dir::of(&folder), _folder: folder })
    }

    /// Returns the address of this name in it.
    pub fn at(&self, name: &str) -> Outcome<Endpoint> {
        match Endpoint::unix(&self.dir.at(name)) {
            Some(endpoint) => Ok(endpoint),
            None => unable(
                "the folder for the check has too long a path for a socket; set TMPDIR to a shorter one",
            ),
        }
    }

    /// Returns a name with which the path in this folder has exactly `bytes` bytes.
    pub fn name_of_length(&self, bytes: usize) -> String {
        let folder = self.dir.path().as_os_str().len() + 1;
        "s".repeat(bytes.saturating_sub(folder).max(1))
    }

    /// Makes a folder whose own path is too long for a socket, and returns it with the name of a short way to it.
    ///
    /// # Errors
    /// When it cannot be made. A skip where the platform has no symbolic links.
    pub fn deep_folder(&self) -> Outcome<(Dir, &'static str)> {
        let deep = self.dir.folder(&"d".repeat(120))?;
        self.dir.link("near", deep.path())?;
        Ok((deep, "near"))
    }

    /// Returns what stands there, which must be something.
    pub fn standing(&self, name: &str) -> Outcome<Standing> {
        match self.dir.standing(name) {
            Some(standing) => Ok(standing),
            None => unable("the runner does not see what it has put at the path of the socket"),
        }
    }

    /// Checks that what stands there is what stood there `before`.
    pub fn is_untouched(
        &self,
        half: Half,
        name: &str,
        before: &Standing,
        cause: impl Into<Cause>,
    ) -> Outcome {
        let Some(change) = before.change(self.dir.standing(name).as_ref()) else { return Ok(()) };
        let expected = format!("the {} leaves what stands at PATH as it is", half.word());
        Finding::new(expected, change, cause).of(half).broken()
    }
}

/// Returns a program in this folder, with the address written as `word`.
pub fn with_address(dir: Option<&Dir>, word: String) -> With {
    With { address: Some(word), dir: dir.map(|dir| dir.path().to_path_buf()), ..With::default() }
}

/// Returns the server once it listens. When it does not, the finding has this cause, but only if the server listens at
/// an ordinary path, where nothing stands: else the cause is what keeps it from listening there, too.
pub fn listens(
    bench: &mut Bench,
    server: Server,
    expected: &str,
    cause: impl Into<Cause>,
) -> Outcome<Server> {
    listens_unlike(bench, server, expected, cause, |bench| {
        let place = Place::new(bench)?;
        bench.server_at(place.at(NAME)?, &[])?.ready().map(drop)
    })
}

/// As [`listens`]: `ordinary` starts the server at the address at which it must listen for `cause` to be true.
pub fn listens_unlike(
    bench: &mut Bench,
    server: Server,
    expected: &str,
    cause: impl Into<Cause>,
    ordinary: impl FnOnce(&mut Bench) -> Outcome,
) -> Outcome<Server> {
    let stop = match server.ready() {
        Ok(server) => return Ok(server),
        Err(stop) => stop,
    };
    match *stop {
        Stop::Broken(finding) => {
            let cause = cause_of(bench, finding.cause, cause, ordinary);
            Finding { expected: expected.into(), cause, ..finding }.broken()
        }
        stop => Err(Box::new(stop)),
    }
}

/// Returns `cause` if the program does well at an ordinary address, else why it does not, or `own` where that cannot be
/// tried.
pub fn cause_of(
    bench: &mut Bench,
    own: Cause,
    cause: impl Into<Cause>,
    ordinary: impl FnOnce(&mut Bench) -> Outcome,
) -> Cause {
    match bench.aside(ordinary) {
        Ok(()) => cause.into(),
        Err(stop) => match *stop {
            Stop::Broken(finding) => finding.cause,
            _ => own,
        },
    }
}

/// Checks that a server that must not listen says so, and ends with a status other than 0. `cause` says why it goes on
/// in place of that.
pub fn is_refused(server: &mut Server, expected: &str, cause: &str) -> Outcome {
    match server.wait_refused() {
        Err(gave_up) => {
            server.end();
            broken(expected, format!("it still runs; {gave_up}"), cause)
        }
        exit => server.is_refused(expected, exit),
    }
}
