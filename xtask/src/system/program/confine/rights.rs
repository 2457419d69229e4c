//! Landlock's rights to files (linux/landlock.h).

/// Running a file.
const EXECUTE: u64 = 1 << 0;
/// Writing to it.
pub const WRITE_FILE: u64 = 1 << 1;
/// Reading it.
pub const READ_FILE: u64 = 1 << 2;
/// Listing a folder.
pub const READ_DIR: u64 = 1 << 3;
/// Removing a file from a folder.
pub const REMOVE_FILE: u64 = 1 << 5;
/// Making a device there.
pub const MAKE_CHAR: u64 = 1 << 6;
/// Making a file there.
pub const MAKE_REG: u64 = 1 << 8;
/// Making a disk there.
pub const MAKE_BLOCK: u64 = 1 << 11;
/// Shortening a file.
pub const TRUNCATE: u64 = 1 << 14;
/// Controlling a device.
pub const IOCTL_DEV: u64 = 1 << 15;
/// Calling a Unix socket.
const RESOLVE_UNIX: u64 = 1 << 16;

/// Reading and running.
pub const READ: u64 = EXECUTE | READ_FILE | READ_DIR;
/// All that a file has, as its folder has it: the kernel refuses the rights of folders for a file.
pub const OF_FILE: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV | RESOLVE_UNIX;

/// Returns the rights to files that this ABI knows.
pub fn known(abi: u32) -> u64 {
    let bits = match abi {
        0 => 0,
        1 => 13,
        2 => 14,
        3..=4 => 15,
        5..=8 => 16,
        _ => 17,
    };
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abi_has_the_rights_of_the_ones_before() {
        for abi in 1..12 {
            assert_eq!(known(abi) & known(abi - 1), known(abi - 1), "{abi}");
        }
        assert_eq!([1, 2, 3, 5, 9].map(|abi| known(abi) + 1), [1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17]);
    }
}
