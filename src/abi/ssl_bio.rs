//! A connection as a link in a chain of BIOs: bytes written to the link are encrypted and sent
//! through the connection's own BIOs, which are usually the rest of the chain (BIO_f_ssl(3)).

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_long, c_void};
use std::sync::{Arc, OnceLock};

use openssl_sys as ffi;

use super::call::{call, queue};
use super::drive::with_memory;
use super::pointer::store;
use crate::connection::{Connection, Reading, Role, Stage, Stop, Stopped, Want};
use crate::error::Result;
use crate::libcrypto::bio::{Bio, Retry};
use crate::libcrypto::bio_method::{
    Control, Filter, FilterBio, InfoCallback, MethodTable, all_of_kind, filter_of, new_bio,
    pass_on, pass_on_callback,
};
use crate::reference::tag;

const CTRL_RESET: c_int = 1;
const CTRL_INFO: c_int = 3;
const CTRL_PUSH: c_int = 6;
const CTRL_POP: c_int = 7;
const CTRL_GET_CLOSE: c_int = 8;
const CTRL_SET_CLOSE: c_int = 9;
const CTRL_PENDING: c_int = 10;
const CTRL_FLUSH: c_int = 11;
const CTRL_DUP: c_int = 12;
const CTRL_WPENDING: c_int = 13;
const CTRL_SET_CALLBACK: c_int = 14;
const C_DO_STATE_MACHINE: c_int = 101;
const C_SET_SSL: c_int = 109;
const C_GET_SSL: c_int = 110;
const C_SSL_MODE: c_int = 119;
const C_SET_RENEGOTIATE_BYTES: c_int = 125;
const C_GET_NUM_RENEGOTIATES: c_int = 126;
const C_SET_RENEGOTIATE_TIMEOUT: c_int = 127;

/// `BIO_CLOSE`
pub const CLOSE: c_int = 1;
/// `BIO_TYPE_SSL`
const TYPE_SSL: c_int = 7 | 0x200;

/// The state of one such link.
pub struct SslBio {
    /// NULL until one is set. With `BIO_CLOSE` the link owns a reference to it.
    connection: Cell<*mut Connection>,
    /// Stored for the program; there is no renegotiation.
    renegotiate_bytes: Cell<c_long>,
    /// In seconds, likewise.
    renegotiate_timeout: Cell<c_long>,
}

impl Default for SslBio {
    fn default() -> Self {
        Self {
            connection: Cell::new(std::ptr::null_mut()),
            renegotiate_bytes: Cell::new(0),
            renegotiate_timeout: Cell::new(0),
        }
    }
}

impl Filter for SslBio {
    const KIND: c_int = TYPE_SSL;
    const NAME: &'static CStr = c"ssl";

    fn read(&self, bio: &FilterBio<'_>, buffer: &mut [u8]) -> std::result::Result<usize, c_int> {
        self.transfer(bio, c"BIO_read", |connection| {
            connection.read(buffer, Reading::Consume)
        })
    }

    fn write(&self, bio: &FilterBio<'_>, data: &[u8]) -> std::result::Result<usize, c_int> {
        self.transfer(bio, c"BIO_write", |connection| connection.write(data))
    }

    unsafe fn control(&self, bio: &FilterBio<'_>, control: Control) -> c_long {
        call(c"BIO_ctrl", 0, || {
            if control.command == C_SET_SSL {
                self.adopt(bio, control);
                return Ok(1);
            }
            match self.connection() {
                // SAFETY: as the caller promises.
                Some(connection) => unsafe { self.run(bio, connection, control) },
                None => Ok(0),
            }
        })
    }

    unsafe fn callback_control(
        &self,
        _bio: &FilterBio<'_>,
        command: c_int,
        callback: InfoCallback,
    ) -> c_long {
        call(c"BIO_callback_ctrl", 0, || {
            Ok(match self.connection() {
                Some(connection) if command == CTRL_SET_CALLBACK => {
                    // SAFETY: the connection's own BIO; the callback is the caller's.
                    unsafe { pass_on_callback(connection.transport.read_bio(), command, callback) }
                }
                _ => 0,
            })
        })
    }

    fn freed(&self, bio: &FilterBio<'_>) {
        call(c"BIO_free", (), || {
            self.release(bio);
            Ok(())
        });
    }
}

impl SslBio {
    /// The table of this kind of BIO.
    pub fn table() -> Result<*const ffi::BIO_METHOD> {
        static TABLE: OnceLock<MethodTable> = OnceLock::new();
        Self::method(&TABLE)
    }

    /// A new BIO that owns `connection`.
    pub fn around(connection: Arc<Connection>) -> Result<Bio> {
        // SAFETY: the table is never freed.
        let bio = unsafe { new_bio(Self::table()?) }?;
        let control = Control {
            command: C_SET_SSL,
            number: CLOSE.into(),
            pointer: Arc::into_raw(connection).cast_mut().cast(),
        };
        // SAFETY: the command takes a connection.
        unsafe { pass_on(bio.as_ptr(), control) };
        Ok(bio)
    }

    /// The connections in a chain of BIOs, from its start.
    ///
    /// # Safety
    /// `bio` is NULL or the start of a live chain, whose connections live while they are used.
    pub unsafe fn connections<'a>(bio: *mut ffi::BIO) -> impl Iterator<Item = &'a Connection> {
        // SAFETY: as the caller promises.
        unsafe { all_of_kind(bio, TYPE_SSL) }.filter_map(|bio| {
            let mut connection: *mut Connection = std::ptr::null_mut();
            let control = Control {
                command: C_GET_SSL,
                number: 0,
                pointer: (&raw mut connection).cast(),
            };
            // SAFETY: a BIO of the live chain. The command writes a pointer: NULL, or a connection that lives as the
            // caller promises.
            unsafe {
                pass_on(bio, control);
                tag::look(connection.cast_const()).ok()?
            }
        })
    }

    fn connection(&self) -> Option<&Connection> {
        // SAFETY: NULL, or a connection that the link owns a reference to or that the program
        // keeps alive.
        unsafe { tag::look(self.connection.get().cast_const()) }.ok()?
    }

    /// Runs a call that moves data, and reports its outcome: the return value, the errors, and the
    /// BIO's retry flags.
    fn transfer(
        &self,
        bio: &FilterBio<'_>,
        function: &'static CStr,
        work: impl FnOnce(&Connection) -> std::result::Result<usize, Stop>,
    ) -> std::result::Result<usize, c_int> {
        const CLOSED: c_int = 0;
        const FAILED: c_int = -1;
        bio.bio().clear_retry();
        call(function, Err(FAILED), || {
            let Some(connection) = self.connection() else {
                return Ok(Err(FAILED));
            };
            Ok(with_memory(connection, work).map_err(|stop| match stop {
                Stop::Closed | Stop::Ended => CLOSED,
                Stop::Suspended => {
                    wait(bio.bio(), connection);
                    FAILED
                }
                Stop::Transport => FAILED,
                Stop::Broken(error) => {
                    queue(function, &error);
                    CLOSED
                }
                Stop::Failed(error) => {
                    queue(function, &error);
                    FAILED
                }
            }))
        })
    }

    /// # Safety
    /// The pointer is the one that the command requires.
    unsafe fn run(
        &self,
        bio: &FilterBio<'_>,
        connection: &Connection,
        control: Control,
    ) -> Result<c_long> {
        let Control {
            command,
            number,
            pointer,
        } = control;
        // SAFETY: commands are passed on to live BIOs with the caller's pointer; pointers are used
        // as the commands' documentation says.
        unsafe {
            Ok(match command {
                C_SSL_MODE => {
                    connection.set_role(match number {
                        0 => Role::Server,
                        _ => Role::Client,
                    });
                    1
                }
                C_SET_RENEGOTIATE_TIMEOUT => self.set_renegotiate_timeout(number),
                C_SET_RENEGOTIATE_BYTES => self.set_renegotiate_bytes(number),
                C_GET_NUM_RENEGOTIATES => 0,
                C_GET_SSL => {
                    store(pointer.cast(), self.connection.get());
                    (!pointer.is_null()).into()
                }
                C_DO_STATE_MACHINE => {
                    let done = self.transfer(bio, c"BIO_do_handshake", |connection| {
                        connection.handshake().map(|()| 1)
                    });
                    done.map_or_else(c_long::from, |_| 1)
                }
                _ => self.run_general(bio, connection, control)?,
            })
        }
    }

    /// The commands of every BIO.
    ///
    /// # Safety
    /// The pointer is the one that the command requires.
    unsafe fn run_general(
        &self,
        bio: &FilterBio<'_>,
        connection: &Connection,
        control: Control,
    ) -> Result<c_long> {
        let Control {
            command,
            number,
            pointer,
        } = control;
        // SAFETY: as in `run`.
        unsafe {
            Ok(match command {
                CTRL_RESET => self.reset(bio, connection, control),
                CTRL_INFO => 0,
                CTRL_GET_CLOSE => bio.close_flag().into(),
                CTRL_SET_CLOSE => {
                    bio.set_close_flag(number as c_int);
                    1
                }
                CTRL_WPENDING => pass_on(connection.transport.write_bio(), control),
                CTRL_PENDING => match connection.pending() {
                    0 => pass_on(connection.transport.read_bio(), control),
                    pending => pending as c_long,
                },
                CTRL_FLUSH => {
                    bio.bio().clear_retry();
                    let flushed = pass_on(connection.transport.write_bio(), control);
                    bio.copy_next_retry();
                    flushed
                }
                CTRL_PUSH => {
                    push(bio, connection);
                    1
                }
                CTRL_POP => {
                    pop(bio, connection, pointer);
                    1
                }
                CTRL_DUP => match filter_of::<Self>(pointer.cast()) {
                    Some(copy) => self.duplicate(connection, copy)?,
                    None => 0,
                },
                CTRL_SET_CALLBACK => 0,
                _ => pass_on(connection.transport.read_bio(), control),
            })
        }
    }

    /// `BIO_set_ssl_renegotiate_timeout(3)`, which returns the former timeout.
    fn set_renegotiate_timeout(&self, seconds: c_long) -> c_long {
        const LEAST: c_long = 60;
        const OTHERWISE: c_long = 5;
        let seconds = if seconds < LEAST { OTHERWISE } else { seconds };
        self.renegotiate_timeout.replace(seconds)
    }

    /// `BIO_set_ssl_renegotiate_bytes(3)`, which returns the former number.
    fn set_renegotiate_bytes(&self, bytes: c_long) -> c_long {
        const LEAST: c_long = 512;
        let before = self.renegotiate_bytes.get();
        self.renegotiate_bytes
            .set(if bytes < LEAST { before } else { bytes });
        before
    }

    /// `BIO_set_ssl(3)`: replaces the BIO's connection, and sets the close flag.
    fn adopt(&self, bio: &FilterBio<'_>, control: Control) {
        if self.connection().is_some() {
            self.release(bio);
            self.renegotiate_bytes.set(0);
            self.renegotiate_timeout.set(0);
        }
        bio.set_close_flag(control.number as c_int);
        self.connection.set(control.pointer.cast());
        let Some(connection) = self.connection() else {
            return;
        };
        // SAFETY: NULL, or the connection's own BIO, which is alive.
        if let Some(read_bio) = unsafe { Bio::from_raw_shared(connection.transport.read_bio()) } {
            bio.insert_next(read_bio);
        }
        bio.set_ready(true);
    }

    /// Removes the connection, and with `BIO_CLOSE` drops the reference to it.
    fn release(&self, bio: &FilterBio<'_>) {
        let connection = self.connection.replace(std::ptr::null_mut());
        if bio.close_flag() == 0 {
            return;
        }
        let owned = bio.is_ready() && !connection.is_null();
        bio.bio().clear_retry();
        bio.set_ready(false);
        if owned {
            // SAFETY: connections are made from an Arc, and `BIO_CLOSE` says that a reference was
            // given to this BIO.
            drop(unsafe { Arc::from_raw(connection.cast_const()) });
        }
    }

    /// Closes the connection and makes it ready for another one; then the BIOs below.
    ///
    /// # Safety
    /// The pointer is the one that the command requires.
    unsafe fn reset(
        &self,
        bio: &FilterBio<'_>,
        connection: &Connection,
        control: Control,
    ) -> c_long {
        close(connection);
        if let Some(role) = connection.role() {
            connection.set_role(role);
        }
        connection.clear();
        let below = match bio.next() {
            next if next.is_null() => connection.transport.read_bio(),
            next => next,
        };
        match below.is_null() {
            true => 1,
            // SAFETY: a live BIO; the rest is the caller's.
            false => unsafe { pass_on(below, control) },
        }
    }

    /// `BIO_dup_chain(3)`: copies the connection to another link, or shares it when its handshake
    /// has begun (SSL_dup(3)).
    fn duplicate(&self, connection: &Connection, copy: &Self) -> Result<c_long> {
        let duplicate = match connection.stage() {
            Stage::Before => connection.duplicate()?,
            // SAFETY: connections are made from an Arc, and this one is alive.
            _ => unsafe {
                Arc::increment_strong_count(connection);
                Arc::from_raw(connection)
            },
        };
        copy.connection.set(Arc::into_raw(duplicate).cast_mut());
        copy.renegotiate_bytes.set(self.renegotiate_bytes.get());
        copy.renegotiate_timeout.set(self.renegotiate_timeout.get());
        Ok(1)
    }
}

/// `SSL_shutdown(3)`, as far as it gets without waiting.
pub fn close(connection: &Connection) {
    if let Err(Stop::Failed(error) | Stop::Broken(error)) = connection.shut_down() {
        queue(c"SSL_shutdown", &error);
    }
}

/// Says what the connection waits for (`BIO_should_retry(3)`).
fn wait(bio: &Bio, connection: &Connection) {
    const REASON_X509_LOOKUP: c_int = 1;
    const REASON_CONNECT: c_int = 2;
    const REASON_ACCEPT: c_int = 3;
    let stopped = connection.waits_for_transport();
    let special = match stopped {
        Some(Stopped::WantConnect) => Some(REASON_CONNECT),
        Some(Stopped::WantAccept) => Some(REASON_ACCEPT),
        _ if connection.transport.want() == Want::X509Lookup => Some(REASON_X509_LOOKUP),
        _ => None,
    };
    let retry = Retry {
        read: stopped == Some(Stopped::WantRead),
        write: stopped == Some(Stopped::WantWrite),
        special,
    };
    if retry.read || retry.write || special.is_some() {
        bio.set_retry(retry);
    }
}

/// The BIO has a next one: the connection reads from it and writes to it.
///
/// # Safety
/// The next BIO is NULL or live.
unsafe fn push(bio: &FilterBio<'_>, connection: &Connection) {
    let next = bio.next();
    if !next.is_null() && next != connection.transport.read_bio() {
        // SAFETY: as the caller promises.
        let shared = unsafe { Bio::from_raw_shared(next) };
        connection.transport.set_read_bio(shared.clone());
        connection.transport.set_write_bio(shared);
    }
}

/// A BIO leaves the chain. If it is this one, and not one before it, the connection loses its BIOs.
fn pop(bio: &FilterBio<'_>, connection: &Connection, leaving: *mut c_void) {
    if leaving == bio.bio().as_ptr().cast::<c_void>() {
        connection.transport.set_read_bio(None);
        connection.transport.set_write_bio(None);
    }
}
