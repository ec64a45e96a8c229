//! What the process answers its caller with: the one place where a class of error becomes an exit code.

use dure_storage::Class;

/// Done.
pub const DONE: u8 = 0;
/// A rule said no.
pub const REFUSED: u8 = 1;
/// Wrong usage or input.
pub const USAGE: u8 = 2;
/// The store failed.
pub const STORE: u8 = 3;

/// The exit code of a class of errors.
pub fn code(class: Class) -> u8 {
    match class {
        Class::Refused | Class::NotFound | Class::Conflict => REFUSED,
        Class::Input => USAGE,
        Class::Store => STORE,
    }
}

/// The class as a word, for JSON.
pub fn word(class: Class) -> &'static str {
    match class {
        Class::Refused => "refused",
        Class::Input => "input",
        Class::NotFound => "not_found",
        Class::Conflict => "conflict",
        Class::Store => "store",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_exit_code() {
        let classes =
            [Class::Refused, Class::NotFound, Class::Conflict, Class::Input, Class::Store];
        assert_eq!(classes.map(code), [1, 1, 1, 2, 3]);
    }
}
