//! Tickets sealed with the program's keys: its callback names the key and sets cipher and MAC, and
//! libssl seals (`SSL_CTX_set_tlsext_ticket_key_evp_cb(3)`).
//!
//! ```text
//! ticket     = key name (16) | iv (as long as the cipher's) | ciphertext | mac over all before
//! ```

use std::ffi::c_int;
use std::marker::PhantomData;

use zeroize::Zeroizing;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::cipher_context::{CipherContext, MacContext};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::ticket_cipher::NAME_LEN;
use crate::libcrypto::{ffi, memory};

/// `int (*)(SSL *, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *, EVP_MAC_CTX *,
/// int enc)`
pub type EvpCallback<S> = unsafe extern "C" fn(
    *mut S,
    *mut u8,
    *mut u8,
    *mut ffi::EVP_CIPHER_CTX,
    *mut ffi::EVP_MAC_CTX,
    c_int,
) -> c_int;

/// The same with `HMAC_CTX *` (`SSL_CTX_set_tlsext_ticket_key_cb(3)`).
pub type HmacCallback<S> = unsafe extern "C" fn(
    *mut S,
    *mut u8,
    *mut u8,
    *mut ffi::EVP_CIPHER_CTX,
    *mut ffi::HMAC_CTX,
    c_int,
) -> c_int;

/// The program's callback, in either form, with the connection (`S` is C's `SSL`) that it is called
/// for.
pub struct TicketCallback<'a, S> {
    form: Form<S>,
    ssl: *mut S,
    connection: PhantomData<&'a S>,
}

enum Form<S> {
    Evp(EvpCallback<S>),
    Hmac(HmacCallback<S>),
}

impl<S> Clone for Form<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Form<S> {}

/// The outcome of opening a ticket that a client has sent.
#[derive(Debug, PartialEq, Eq)]
pub enum OpenedByCallback {
    /// The callback knows the key; with `renew` the client gets a new ticket.
    Plaintext {
        /// The content, wiped when dropped.
        bytes: Zeroizing<Vec<u8>>,
        /// The callback returned 2.
        renew: bool,
    },
    /// The callback does not know the key, or the ticket was changed: a full handshake and a new
    /// ticket.
    Unusable,
}

/// The longest initialisation vector (`EVP_MAX_IV_LENGTH`).
const MAX_IV: usize = 16;
const OPENING: c_int = 0;
const SEALING: c_int = 1;

impl<S> TicketCallback<'_, S> {
    /// The callback for `EVP_MAC_CTX`.
    ///
    /// # Safety
    /// It may be called with `ssl` while the result lives.
    pub unsafe fn evp(function: EvpCallback<S>, ssl: *mut S) -> Self {
        Self {
            form: Form::Evp(function),
            ssl,
            connection: PhantomData,
        }
    }

    /// The callback for `HMAC_CTX`.
    ///
    /// # Safety
    /// It may be called with `ssl` while the result lives.
    pub unsafe fn hmac(function: HmacCallback<S>, ssl: *mut S) -> Self {
        Self {
            form: Form::Hmac(function),
            ssl,
            connection: PhantomData,
        }
    }

    /// A ticket that holds `plaintext`; `None` when the callback wants no ticket (0). When it fails
    /// (less than 0) the error is `SSL_R_CALLBACK_FAILED`.
    pub fn seal(&self, library: &LibraryContext, plaintext: &[u8]) -> Result<Option<Vec<u8>>> {
        let (mut name, mut iv) = ([0; NAME_LEN], [0; MAX_IV]);
        let (mut cipher, mac) = (CipherContext::new()?, self.mac(library)?);
        let answer = self.ask(&mut name, &mut iv, &cipher, &mac, SEALING);
        match answer {
            0 => return Ok(None),
            ..0 => return Err(Error::new(Reason::CALLBACK_FAILED)),
            _ => {}
        }
        let iv = iv
            .get(..cipher.iv_len()?)
            .ok_or_else(|| Error::new(Reason::INTERNAL_ERROR))?;
        if mac.len() == 0 {
            return Err(Error::new(Reason::INTERNAL_ERROR));
        }
        let mut ticket = Vec::with_capacity(plaintext.len() + 160);
        ticket.extend_from_slice(&name);
        ticket.extend_from_slice(iv);
        cipher.encrypt(plaintext, &mut ticket)?;
        let mac = mac.compute(&ticket)?;
        ticket.extend_from_slice(&mac);
        Ok(Some(ticket))
    }

    /// Opens a ticket. When the callback fails (less than 0), or sets no MAC, the error is
    /// `ERR_R_INTERNAL_ERROR`.
    pub fn open(&self, library: &LibraryContext, ticket: &[u8]) -> Result<OpenedByCallback> {
        let (Some(name), Some(iv)) = (
            ticket.first_chunk::<NAME_LEN>(),
            ticket.get(NAME_LEN..).and_then(|rest| rest.first_chunk()),
        ) else {
            return Ok(OpenedByCallback::Unusable);
        };
        // Copied, because the callback's parameters are not const.
        let (mut name, mut iv): ([u8; NAME_LEN], [u8; MAX_IV]) = (*name, *iv);
        let (mut cipher, mac) = (CipherContext::new()?, self.mac(library)?);
        let answer = self.ask(&mut name, &mut iv, &cipher, &mac, OPENING);
        match answer {
            0 => return Ok(OpenedByCallback::Unusable),
            ..0 => return Err(Error::new(Reason::INTERNAL_ERROR)),
            _ => {}
        }
        let (iv_len, mac_len) = (cipher.iv_len()?, mac.len());
        if mac_len == 0 {
            return Err(Error::new(Reason::INTERNAL_ERROR));
        }
        if ticket.len() <= NAME_LEN + iv_len + mac_len {
            return Ok(OpenedByCallback::Unusable);
        }
        let (covered, sent) = ticket.split_at(ticket.len() - mac_len);
        if !memory::equal_in_constant_time(&mac.compute(covered)?, sent) {
            return Ok(OpenedByCallback::Unusable);
        }
        Ok(match cipher.decrypt(&covered[NAME_LEN + iv_len..]) {
            Some(bytes) => OpenedByCallback::Plaintext {
                bytes,
                renew: answer == 2,
            },
            None => OpenedByCallback::Unusable,
        })
    }

    fn mac(&self, library: &LibraryContext) -> Result<MacContext> {
        match self.form {
            Form::Evp(_) => MacContext::evp(library),
            Form::Hmac(_) => MacContext::hmac(),
        }
    }

    fn ask(
        &self,
        name: &mut [u8; NAME_LEN],
        iv: &mut [u8; MAX_IV],
        cipher: &CipherContext,
        mac: &MacContext,
        direction: c_int,
    ) -> c_int {
        let (name, iv, cipher) = (name.as_mut_ptr(), iv.as_mut_ptr(), cipher.as_ptr());
        // SAFETY: it may be called with this connection, as `evp` and `hmac` demand; the other
        // pointers are live and of the sizes that the manual names.
        unsafe {
            match (&self.form, mac) {
                (Form::Evp(ask), MacContext::Evp(mac)) => {
                    ask(self.ssl, name, iv, cipher, *mac, direction)
                }
                (Form::Hmac(ask), MacContext::Hmac(mac)) => {
                    ask(self.ssl, name, iv, cipher, *mac, direction)
                }
                _ => -1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;
    use crate::libcrypto::ticket_cipher::TicketCipher;
    use std::cell::Cell;

    /// The `SSL *` of these tests: what the callback answers.
    type Answer = Cell<c_int>;

    const KEY: [u8; 32] = [1; 32];

    /// Sets AES-256-CBC, and gives the answer.
    unsafe fn set_cipher(
        ssl: *mut Answer,
        name: *mut u8,
        iv: *mut u8,
        cipher: *mut ffi::EVP_CIPHER_CTX,
        direction: c_int,
    ) -> c_int {
        // SAFETY: called with live objects.
        unsafe {
            let answer = (*ssl).get();
            if answer <= 0 {
                return answer;
            }
            if direction == SEALING {
                name.write_bytes(7, NAME_LEN);
                iv.write_bytes(8, MAX_IV);
            } else {
                assert_eq!((*name, *iv), (7, 8));
            }
            let library = LibraryContext::default();
            let aes = library.aes_256_cbc().unwrap();
            ffi::EVP_CipherInit_ex(
                cipher,
                aes,
                std::ptr::null_mut(),
                KEY.as_ptr(),
                iv,
                direction,
            );
            answer
        }
    }

    unsafe extern "C" fn evp(
        ssl: *mut Answer,
        name: *mut u8,
        iv: *mut u8,
        cipher: *mut ffi::EVP_CIPHER_CTX,
        mac: *mut ffi::EVP_MAC_CTX,
        direction: c_int,
    ) -> c_int {
        let mut digest = *b"sha256\0";
        let mut key = KEY;
        // SAFETY: called with live objects.
        unsafe {
            let params = [
                ffi::OSSL_PARAM_construct_octet_string(
                    c"key".as_ptr(),
                    key.as_mut_ptr().cast(),
                    key.len(),
                ),
                ffi::OSSL_PARAM_construct_utf8_string(
                    c"digest".as_ptr(),
                    digest.as_mut_ptr().cast(),
                    0,
                ),
                ffi::OSSL_PARAM_construct_end(),
            ];
            ffi::EVP_MAC_CTX_set_params(mac, params.as_ptr());
            set_cipher(ssl, name, iv, cipher, direction)
        }
    }

    unsafe extern "C" fn hmac(
        ssl: *mut Answer,
        name: *mut u8,
        iv: *mut u8,
        cipher: *mut ffi::EVP_CIPHER_CTX,
        mac: *mut ffi::HMAC_CTX,
        direction: c_int,
    ) -> c_int {
        // SAFETY: called with live objects.
        unsafe {
            let (key, none) = (KEY.as_ptr().cast(), std::ptr::null_mut());
            ffi::HMAC_Init_ex(mac, key, 32, ffi::EVP_sha256(), none);
            set_cipher(ssl, name, iv, cipher, direction)
        }
    }

    fn with_answer(form: Form<Answer>, answer: &Answer) -> TicketCallback<'_, Answer> {
        TicketCallback {
            form,
            ssl: std::ptr::from_ref(answer).cast_mut(),
            connection: PhantomData,
        }
    }

    fn seal(form: Form<Answer>, answer: c_int) -> Result<Option<Vec<u8>>> {
        with_answer(form, &Answer::new(answer)).seal(&LibraryContext::default(), b"plaintext")
    }

    fn open(form: Form<Answer>, answer: c_int, ticket: &[u8]) -> Result<OpenedByCallback> {
        with_answer(form, &Answer::new(answer)).open(&LibraryContext::default(), ticket)
    }

    fn plaintext(renew: bool) -> OpenedByCallback {
        OpenedByCallback::Plaintext {
            bytes: Zeroizing::new(b"plaintext".to_vec()),
            renew,
        }
    }

    const BOTH: [Form<Answer>; 2] = [Form::Evp(evp), Form::Hmac(hmac)];

    #[test]
    fn tickets_of_both_forms_open_each_other_and_are_openssl_s() {
        let cipher = TicketCipher::new(&LibraryContext::default(), &KEY, &KEY).unwrap();
        for sealing in BOTH {
            let ticket = seal(sealing, 1).unwrap().unwrap();
            let (covered, mac) = ticket.split_at(ticket.len() - 32);
            assert_eq!(covered[..32], [[7; 16], [8; 16]].concat());
            assert_eq!(cipher.mac(covered).unwrap(), mac);
            let decrypted = cipher.decrypt(&[8; 16], &covered[32..]).unwrap();
            assert_eq!(**decrypted.unwrap(), *b"plaintext");
            for opening in BOTH {
                assert_eq!(open(opening, 1, &ticket), Ok(plaintext(false)));
                assert_eq!(open(opening, 2, &ticket), Ok(plaintext(true)));
                for index in 32..ticket.len() {
                    let mut changed = ticket.clone();
                    changed[index] ^= 1;
                    assert_eq!(open(opening, 1, &changed), Ok(OpenedByCallback::Unusable));
                    assert_eq!(
                        open(opening, 1, &ticket[..index]),
                        Ok(OpenedByCallback::Unusable)
                    );
                }
                assert_eq!(
                    open(opening, 1, &ticket[..31]),
                    Ok(OpenedByCallback::Unusable)
                );
            }
        }
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn the_callback_may_decline_or_fail() {
        for callback in BOTH {
            let ticket = seal(callback, 1).unwrap().unwrap();
            assert_eq!(seal(callback, 0), Ok(None));
            assert_eq!(seal(callback, -1), Err(Error::new(Reason::CALLBACK_FAILED)));
            assert_eq!(open(callback, 0, &ticket), Ok(OpenedByCallback::Unusable));
            assert_eq!(
                open(callback, -1, &ticket),
                Err(Error::new(Reason::INTERNAL_ERROR))
            );
        }
    }

    #[test]
    fn a_callback_that_sets_nothing_is_an_error() {
        unsafe extern "C" fn lazy(
            _: *mut Answer,
            _: *mut u8,
            _: *mut u8,
            _: *mut ffi::EVP_CIPHER_CTX,
            _: *mut ffi::EVP_MAC_CTX,
            _: c_int,
        ) -> c_int {
            1
        }
        assert!(seal(Form::Evp(lazy), 1).is_err());
        assert!(open(Form::Evp(lazy), 1, &[0; 200]).is_err());
        error_queue::clear();
    }
}
