//! The first lines of a program.
//!
//! ```text
//! // right: one thread, all sockets in a loop                      how it differs from the other right ones
//! // right, partner: plain and unbuffered                          it is also the partner of other programs
//! // right, slow: without TCP_NODELAY                              the runner must say that it is slow
//!
//! // kills echo-bytes@plain: a line end was added                  the check that fails it, the cause it names
//! // kills late-reader@plain: bytes are missing || the connection  either of two causes
//! // kills silent-client@plain in 07: what one client does         judged in lesson 07, not in its own
//! // kills live-file@plain/unix: it was replaced                   over one of a lesson's families of addresses
//! // never: mend the client                                         no failed check names this cause
//! // Mistake: it adds a newline to every piece that it sends back.
//! ```

/// What the first lines of a program say.
#[derive(Clone, Debug)]
pub enum Head {
    /// It keeps every promise of its lesson.
    Right(Right),
    /// It breaks promises.
    Wrong(Wrong),
}

/// What the first lines say of a wrong program.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The checks that must fail it.
    pub kills: Vec<Kill>,
    /// Parts of causes that would be false: no failed check may name one.
    pub never: Vec<String>,
}

/// What the first line says of a right program.
#[derive(Clone, Debug)]
pub struct Right {
    /// How it differs from other right programs.
    pub style: String,
    /// Whether it is the partner of programs on trial: the other half beside them.
    pub is_partner: bool,
    /// Whether it is slow, and the runner must say so.
    pub is_slow: bool,
}

/// One expectation: this check must fail the program, and name one of these causes.
#[derive(Clone, Debug)]
pub struct Kill {
    /// The lesson in which the program is judged, two digits.
    pub lesson: String,
    /// The check's id.
    pub id: String,
    /// The wire that it runs on, and the family of addresses where the lesson has several: `glue/unix`.
    pub place: String,
    /// The cause that the runner names, or what came, must contain one of them.
    pub causes: Vec<String>,
}

impl Kill {
    /// Returns `check@wire`, or `check@wire/family`.
    pub fn check(&self) -> String {
        format!("{}@{}", self.id, self.place)
    }
}

impl Head {
    /// Reads the head of a right program.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn right(source: &str) -> Result<Self, String> {
        let first = source.lines().next().and_then(comment).unwrap_or_default();
        let (words, style) = first.split_once(": ").unwrap_or_default();
        let mut words = words.split(", ");
        if words.next() != Some("right") || style.is_empty() {
            return Err(format!("its first line is not `right: HOW IT DIFFERS`, but `{first}`"));
        }
        let mut right = Right { style: style.into(), is_partner: false, is_slow: false };
        for word in words {
            match word {
                "partner" => right.is_partner = true,
                "slow" => right.is_slow = true,
                _ => {
                    return Err(format!(
                        "its first line says `{word}`, which is neither `partner` nor `slow`"
                    ));
                }
            }
        }
        Ok(Self::Right(right))
    }

    /// Reads the head of a wrong program of this lesson.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn wrong(source: &str, lesson: &str) -> Result<Self, String> {
        let mut lines = source.lines().map(|line| comment(line).unwrap_or_default());
        let (mut kills, mut never, mut next) = (Vec::new(), Vec::new(), lines.next());
        while let Some(line) = next.filter(|line| line.starts_with("kills ")) {
            kills.push(kill(line, lesson).ok_or_else(|| format!("not `kills CHECK@WIRE: CAUSE`: `{line}`"))?);
            next = lines.next();
        }
        while let Some(part) = next.and_then(|line| line.strip_prefix("never: ")) {
            never.push(part.to_string());
            next = lines.next();
        }
        let line = next.unwrap_or_default();
        if kills.is_empty() {
            return Err(format!("its first line is not `kills CHECK@WIRE: CAUSE`, but `{line}`"));
        }
        if !line.starts_with("Mistake: ") {
            return Err(format!("below its `kills` and `never` lines is no `Mistake: …`, but `{line}`"));
        }
        Ok(Self::Wrong(Wrong { kills, never }))
    }
}

/// Returns the text of a line that is a comment in Rust, C, JavaScript, Python or Perl.
fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))
}

/// Reads `kills CHECK@WIRE[/FAMILY][ in LESSON]: CAUSE[ || CAUSE]`.
fn kill(line: &str, own: &str) -> Option<Kill> {
    let (what, causes) = line.strip_prefix("kills ")?.split_once(": ")?;
    let (check, lesson) = what.split_once(" in ").unwrap_or((what, own));
    let (id, place) = check.split_once('@')?;
    let is_place = place.split('/').count() <= 2 && place.split('/').all(|word| !word.is_empty());
    let causes: Vec<String> = causes.split(" || ").map(String::from).collect();
    let is_whole = !id.is_empty() && is_place && !check.contains(' ');
    let is_said = causes.iter().all(|cause| !cause.trim().is_empty());
    (is_whole && is_said).then(|| Kill { lesson: lesson.into(), id: id.into(), place: place.into(), causes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read() {
        let source = "# kills server-stalls@stall@0 in 07: it spins || it is busy: so\n# never: `q`: no\n# Mistake: it spins.\n";
        let Ok(Head::Wrong(Wrong { kills, never })) = Head::wrong(source, "01") else { panic!("not read") };
        assert_eq!(never, ["`q`: no"]);
        let [Kill { lesson, id, place, causes }] = &kills[..] else { panic!("{kills:?}") };
        assert_eq!((lesson.as_str(), id.as_str(), place.as_str()), ("07", "server-stalls", "stall@0"));
        assert_eq!(causes, &["it spins", "it is busy: so"]);
        let Ok(Head::Right(right)) = Head::right("// right, partner: plain: one thread\n") else { panic!() };
        assert_eq!(
            (right.style.as_str(), right.is_partner, right.is_slow),
            ("plain: one thread", true, false)
        );
    }

    #[test]
    fn a_head_that_is_no_head_is_an_error() {
        for source in [
            "",
            "// Mistake: it spins.\n",
            "/* kills a@plain: b */\n",
            "// kills a@plain:\n// Mistake: it spins.\n",
            "// kills a@plain: b || \n// Mistake: it spins.\n",
            "// kills a@plain/: b\n// Mistake: it spins.\n",
            "// kills a@plain/unix/ipv4: b\n// Mistake: it spins.\n",
            "// kills a: b\n// Mistake: it spins.\n",
            "// kills a@plain: b\n// kill b@plain: c\n// Mistake: it spins.\n",
            "// kills a@plain: b\nfn main() {}\n",
            "// never: b\n// Mistake: it spins.\n",
            "// kills a@plain: b\n// never:\n// Mistake: it spins.\n",
        ] {
            assert!(Head::wrong(source, "01").is_err(), "{source}");
        }
        for source in
            ["", "// right\n", "// right:\n", "// rights: one thread\n", "// right, quick: one thread\n"]
        {
            assert!(Head::right(source).is_err(), "{source}");
        }
    }
}
