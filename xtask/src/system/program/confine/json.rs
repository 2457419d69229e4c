//! A [`Confinement`] as one argument of the keeper, which is this same executable.

use super::{Confinement, Limits, Ports};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

impl Confinement {
    /// Returns it as one line of JSON.
    pub fn to_json(&self) -> String {
        let paths = |paths: &[PathBuf]| paths.iter().map(|path| path_to_json(path)).collect::<Vec<_>>();
        let Limits { data, file, processes } = self.limits;
        json!({
            "read": paths(&self.read),
            "write": paths(&self.write),
            "bind": self.bind.to_json(),
            "connect": self.connect.to_json(),
            "data": data,
            "file": file,
            "processes": processes,
        })
        .to_string()
    }

    /// Reads what [`Confinement::to_json`] has written; `None` when it is something else.
    pub fn from_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let paths = |key: &str| -> Option<Vec<PathBuf>> {
            value.get(key)?.as_array()?.iter().map(path_from_json).collect()
        };
        let limit = |key: &str| match value.get(key)? {
            Value::Null => Some(None),
            number => number.as_u64().map(Some),
        };
        Some(Self {
            read: paths("read")?,
            write: paths("write")?,
            bind: Ports::from_json(value.get("bind")?)?,
            connect: Ports::from_json(value.get("connect")?)?,
            limits: Limits { data: limit("data")?, file: limit("file")?, processes: limit("processes")? },
        })
    }
}

impl Ports {
    fn to_json(&self) -> Value {
        match self {
            Self::Any => "any".into(),
            Self::These(ports) => ports.iter().copied().collect(),
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(word) if word == "any" => Some(Self::Any),
            Value::Array(ports) => {
                let ports = ports.iter().map(|port| port.as_u64()?.try_into().ok());
                ports.collect::<Option<_>>().map(Self::These)
            }
            _ => None,
        }
    }
}

/// A path as JSON: a string; the numbers of its bytes where it is no text.
pub fn path_to_json(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => text.into(),
        None => path.as_os_str().as_encoded_bytes().iter().copied().collect(),
    }
}

/// Reads what [`path_to_json`] has written.
pub fn path_from_json(value: &Value) -> Option<PathBuf> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Array(bytes) => {
            let bytes =
                bytes.iter().map(|byte| byte.as_u64()?.try_into().ok()).collect::<Option<Vec<u8>>>()?;
            from_bytes(bytes).map(PathBuf::from)
        }
        _ => None,
    }
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(confinement: &Confinement) -> Option<Confinement> {
        Confinement::from_json(&confinement.to_json())
    }

    #[test]
    fn what_is_written_is_read() {
        let whole = Confinement {
            read: vec!["/a b".into(), "/\u{fc}\"\n".into()],
            write: vec!["/w".into()],
            bind: Ports::Any,
            connect: [0, 1, 65535].into_iter().collect(),
            limits: Limits { data: Some(1 << 40), file: None, processes: Some(0) },
        };
        assert_eq!(again(&whole), Some(whole));
        assert_eq!(again(&Confinement::default()), Some(Confinement::default()));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_stays_what_it_is() {
        let path = PathBuf::from(from_bytes(vec![b'/', 0xff, b'x']).unwrap());
        let with = Confinement { read: vec![path], ..Confinement::default() };
        assert_eq!(again(&with), Some(with));
    }

    #[test]
    fn what_is_no_confinement_is_none() {
        for text in ["", "{}", "[]", "{\"read\": 1}"] {
            assert_eq!(Confinement::from_json(text), None, "{text}");
        }
        let wrong = Confinement { bind: [7].into_iter().collect(), ..Confinement::default() };
        assert_eq!(Confinement::from_json(&wrong.to_json().replace("[7]", "[70000]")), None);
    }
}
