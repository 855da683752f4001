//! The part of OpenSSL's configuration file that is for libssl (`ssl_conf` of config(5)).
//!
//! libcrypto reads it, with the rest of the file, when it is initialised with
//! `OPENSSL_INIT_LOAD_CONFIG`, and keeps it for libssl. The functions that return it are in no
//! header, but every libcrypto since 1.1.1 exports them, because its libssl needs them.

use std::ffi::{CStr, CString, c_char, c_int};

/// `SSL_CONF_CMD`: a list of commands.
enum CommandList {}

unsafe extern "C" {
    fn conf_ssl_name_find(name: *const c_char, index: *mut usize) -> c_int;
    fn conf_ssl_get(
        index: usize,
        name: *mut *const c_char,
        count: *mut usize,
    ) -> *const CommandList;
    fn conf_ssl_get_cmd(
        list: *const CommandList,
        index: usize,
        name: *mut *mut c_char,
        value: *mut *mut c_char,
    );
}

/// One line of a section.
pub struct Command {
    /// The text before the equals sign.
    pub name: CString,
    /// The text after the equals sign.
    pub value: CString,
}

/// The commands of the section of this name, in order; `None` when there is no such section. A
/// program that loads another configuration on another thread at the same time breaks this, as it
/// breaks OpenSSL.
pub fn section(name: &CStr) -> Option<Vec<Command>> {
    let mut index = 0;
    // SAFETY: a C string, and a place for the result.
    if unsafe { conf_ssl_name_find(name.as_ptr(), &mut index) } == 0 {
        return None;
    }
    let (mut found, mut count) = (std::ptr::null(), 0);
    // SAFETY: the index is that of a section; the list stays as long as the configuration.
    let list = unsafe { conf_ssl_get(index, &mut found, &mut count) };
    let command = |number| {
        let (mut name, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the number is below the count; the results are C strings that belong to the
        // list, and are copied here.
        unsafe {
            conf_ssl_get_cmd(list, number, &mut name, &mut value);
            Command {
                name: CStr::from_ptr(name).to_owned(),
                value: CStr::from_ptr(value).to_owned(),
            }
        }
    };
    Some((0..count).map(command).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_section_that_is_not_there_is_none() {
        assert!(super::section(c"no such section").is_none());
    }
}
