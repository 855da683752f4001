use std::ptr::null_mut;

use super::check_no_panic;
use super::session_der::{free, written};
use crate::abi::session_serialise::{PEM_read_bio_SSL_SESSION, PEM_write_bio_SSL_SESSION};
use crate::libcrypto::bio::Bio;

/// Text with sessions in it, perhaps encrypted: what is read can be written and read again.
pub fn session_pem(data: &[u8]) {
    let Ok(bio) = Bio::of_bytes(data) else {
        return;
    };
    for _ in 0..4 {
        let session = read(&bio);
        check_no_panic();
        if session.is_null() {
            break;
        }
        let again = Bio::memory().expect("memory");
        // SAFETY: live objects.
        let written_now = unsafe { PEM_write_bio_SSL_SESSION(again.as_ptr(), session) };
        assert_eq!(written_now, 1);
        let same = read(&again);
        assert!(written(same) == written(session));
        free(same);
        free(session);
    }
}

fn read(bio: &Bio) -> *mut crate::session::Session {
    // Without a callback this is the password, and no terminal asks for one.
    let password = c"password".as_ptr().cast_mut().cast();
    // SAFETY: a live BIO, and no callback.
    unsafe { PEM_read_bio_SSL_SESSION(bio.as_ptr(), null_mut(), None, password) }
}
