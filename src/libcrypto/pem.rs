//! Any data as PEM text (`PEM_write_bio(3)`, `PEM_bytes_read_bio(3)`).

use std::ffi::{CStr, c_long};

use zeroize::Zeroizing;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::password::Password;
use crate::libcrypto::{ffi, memory};

/// Writes `data` between `-----BEGIN name-----` and `-----END name-----`.
pub fn write(bio: &Bio, name: &CStr, data: &[u8]) -> Result<()> {
    let len = c_long::try_from(data.len()).map_err(|_| Error::new(Reason::INTERNAL_ERROR))?;
    // SAFETY: a live BIO, C strings, and readable bytes.
    succeeded(unsafe {
        ffi::PEM_write_bio(
            bio.as_ptr(),
            name.as_ptr(),
            c"".as_ptr(),
            data.as_ptr(),
            len,
        )
    })
}

/// Reads the next block of that name, decrypted when it is encrypted; blocks of other names are
/// skipped.
pub fn read(bio: &Bio, name: &CStr, password: Password) -> Result<Zeroizing<Vec<u8>>> {
    let mut data = std::ptr::null_mut();
    let mut len = 0;
    // SAFETY: a live BIO, a C string, places for the results, and a callback as `Password::new`
    // demands. On success this function owns the data, and wipes and frees it once copied.
    unsafe {
        succeeded(ffi::PEM_bytes_read_bio(
            &mut data,
            &mut len,
            std::ptr::null_mut(),
            name.as_ptr(),
            bio.as_ptr(),
            password.callback(),
            password.userdata(),
        ))?;
        let len = usize::try_from(len).unwrap_or(0);
        let copy = if len == 0 {
            Vec::new()
        } else {
            std::slice::from_raw_parts(data, len).to_vec()
        };
        memory::wipe_and_free(data.cast(), len);
        Ok(Zeroizing::new(copy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;

    #[test]
    fn data_survives_pem_among_other_blocks() {
        let bio = Bio::memory().unwrap();
        write(&bio, c"OTHER", b"other").unwrap();
        write(&bio, c"SSL SESSION PARAMETERS", b"session").unwrap();
        let text = bio.read_available(usize::MAX);
        assert!(text.starts_with(b"-----BEGIN OTHER-----\n"));
        let bio = Bio::of_bytes(&text).unwrap();
        let data = read(&bio, c"SSL SESSION PARAMETERS", Password::none()).unwrap();
        assert_eq!(*data, b"session");
        assert!(read(&bio, c"SSL SESSION PARAMETERS", Password::none()).is_err());
        assert!(error_queue::last_is_no_start_line());
        error_queue::clear();
    }

    #[test]
    fn pem_goes_through_c_files() {
        // SAFETY: a new stream, closed below, after the BIOs.
        unsafe {
            let file = libc::tmpfile();
            write(&Bio::from_file(file).unwrap(), c"THING", &[7; 1000]).unwrap();
            libc::rewind(file);
            let data = read(&Bio::from_file(file).unwrap(), c"THING", Password::none()).unwrap();
            assert_eq!(*data, [7; 1000]);
            libc::fclose(file);
        }
    }
}
