//! Byte streams (`BIO`), as programs give them to `SSL_set_bio(3)`.

use std::ffi::{CStr, c_int, c_long, c_void};

use crate::error::{Error, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{not_null, succeeded};

object! {
    /// A chain of BIOs. Cloning adds a reference to its head; dropping takes one from each link
    /// until one is shared (`BIO_free_all(3)`). One thread at a time.
    Bio(ffi::BIO), ffi::BIO_free_all, ffi::BIO_up_ref
}

// SAFETY: a BIO is not bound to a thread; it is not Sync, so one thread uses it at a time (the
// application promises that for the references it keeps).
unsafe impl Send for Bio {}

/// How a read, write or flush ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Io {
    /// So many bytes were moved (0 for a flush).
    Done(usize),
    /// Nothing for now; the call can be repeated when the event that the BIO waits for has
    /// happened.
    Retry(Retry),
    /// The stream has ended (reading only).
    Eof,
    /// It failed, and repeating it does not help; `errno` or the error queue says why.
    Failed,
}

/// What a BIO waits for (`BIO_should_retry(3)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// `BIO_should_read`
    pub read: bool,
    /// `BIO_should_write`
    pub write: bool,
    /// `BIO_should_io_special`, with `BIO_get_retry_reason`
    pub special: Option<c_int>,
}

const FLAG_READ: c_int = 1;
const FLAG_WRITE: c_int = 2;
const FLAG_SPECIAL: c_int = 4;
const FLAG_RETRY: c_int = 8;
const FLAGS_ALL: c_int = FLAG_READ | FLAG_WRITE | FLAG_SPECIAL | FLAG_RETRY;

const CTRL_EOF: c_int = 2;
const CTRL_FLUSH: c_int = 11;
#[cfg(test)]
const CTRL_SET_FD: c_int = 104;
const CTRL_GET_FD: c_int = 105;
const CTRL_SET_FILENAME: c_int = 108;
#[cfg(any(test, fuzzing))]
const CTRL_SET_MEM_EOF_RETURN: c_int = 130;

const CLOSE: c_long = 1;
const NO_CLOSE: c_int = 0;
const FILE_READ: c_long = 2;
const TYPE_DESCRIPTOR: c_int = 0x100;

/// `BIO_TYPE_SOCKET`
pub const TYPE_SOCKET: c_int = 0x505;

impl Bio {
    /// A socket BIO that leaves the descriptor open when freed.
    pub fn from_socket(fd: c_int) -> Result<Self> {
        // SAFETY: any number may be given; the result is a new BIO.
        unsafe { Self::owned(ffi::BIO_new_socket(fd, NO_CLOSE)) }
    }

    /// A file opened for reading. On failure `fopen`'s error is on the queue with the name.
    pub fn open_file(path: &CStr) -> Result<Self> {
        // SAFETY: a constant method; the result is a new BIO.
        let file = unsafe { Self::owned(ffi::BIO_new(ffi::BIO_s_file())) }?;
        let opened = file.control(
            CTRL_SET_FILENAME,
            CLOSE | FILE_READ,
            path.as_ptr().cast_mut().cast(),
        );
        succeeded(opened as c_int)?;
        Ok(file)
    }

    /// C's open `FILE`, which stays open when the BIO is freed.
    ///
    /// # Safety
    /// `file` is a live stream that outlives the BIO.
    pub unsafe fn from_file(file: *mut libc::FILE) -> Result<Self> {
        // SAFETY: as the caller promises; the result is a new BIO.
        unsafe { Self::owned(ffi::BIO_new_fp(file, NO_CLOSE)) }
    }

    /// An empty memory BIO: what is written to it can be read from it. Reading an empty one asks
    /// for a retry.
    #[cfg(any(test, fuzzing))]
    pub fn memory() -> Result<Self> {
        // SAFETY: a constant method; the result is a new BIO.
        unsafe { Self::owned(ffi::BIO_new(ffi::BIO_s_mem())) }
    }

    /// A memory BIO from which a copy of `data` can be read, and then its end.
    #[cfg(any(test, fuzzing))]
    pub fn of_bytes(data: &[u8]) -> Result<Self> {
        let bio = Self::memory()?;
        let mut rest = data;
        while !rest.is_empty() {
            match bio.write(rest) {
                Io::Done(n) => rest = &rest[n..],
                _ => return Err(Error::Queued),
            }
        }
        bio.control(CTRL_SET_MEM_EOF_RETURN, 0, std::ptr::null_mut());
        Ok(bio)
    }

    /// Two BIOs, each reading what is written to the other; `size` is the buffer of each way.
    #[cfg(test)]
    pub fn pair(size: usize) -> Result<(Self, Self)> {
        let (mut one, mut two) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: two places for the results, which are new BIOs.
        unsafe {
            succeeded(ffi::BIO_new_bio_pair(&mut one, size, &mut two, size))?;
            Ok((Self::owned(one)?, Self::owned(two)?))
        }
    }

    /// Reads what is available, at most `buffer.len()` bytes. `errno` is 0 unless the BIO set it.
    pub fn read(&self, buffer: &mut [u8]) -> Io {
        let len = c_int::try_from(buffer.len()).unwrap_or(c_int::MAX);
        clear_errno();
        // SAFETY: a live BIO, and `len` writable bytes.
        let read = unsafe { ffi::BIO_read(self.as_ptr(), buffer.as_mut_ptr().cast(), len) };
        match self.outcome(read) {
            Io::Failed if self.eof() => Io::Eof,
            // At their end, BIOs of programs return no bytes and set no reason.
            Io::Failed if read == 0 => Io::Done(0),
            outcome => outcome,
        }
    }

    /// Writes as much of `data` as the BIO takes. `errno` is 0 unless the BIO set it.
    pub fn write(&self, data: &[u8]) -> Io {
        let len = c_int::try_from(data.len()).unwrap_or(c_int::MAX);
        clear_errno();
        // SAFETY: a live BIO, and `len` readable bytes.
        let written = unsafe { ffi::BIO_write(self.as_ptr(), data.as_ptr().cast(), len) };
        self.outcome(written)
    }

    /// Makes buffering BIOs of the chain pass on what they hold.
    pub fn flush(&self) -> Io {
        clear_errno();
        let flushed = self.control(CTRL_FLUSH, 0, std::ptr::null_mut());
        match self.outcome(flushed.clamp(-1, 1) as c_int) {
            Io::Done(_) => Io::Done(0),
            outcome => outcome,
        }
    }

    /// How many bytes can be read without a system call (`BIO_ctrl_pending`).
    #[cfg(test)]
    pub fn pending(&self) -> usize {
        // SAFETY: a live BIO.
        unsafe { ffi::BIO_ctrl_pending(self.as_ptr()) }
    }

    /// True when the BIO says that its end was reached (`BIO_eof`).
    pub fn eof(&self) -> bool {
        self.control(CTRL_EOF, 0, std::ptr::null_mut()) == 1
    }

    /// True when the last call failed only for now (`BIO_should_retry`).
    pub fn should_retry(&self) -> bool {
        self.has(FLAG_RETRY)
    }

    /// True when the BIO waits to read (`BIO_should_read`).
    pub fn should_read(&self) -> bool {
        self.has(FLAG_READ)
    }

    /// True when the BIO waits to write (`BIO_should_write`).
    pub fn should_write(&self) -> bool {
        self.has(FLAG_WRITE)
    }

    /// True when the BIO waits for something else (`BIO_should_io_special`).
    pub fn should_io_special(&self) -> bool {
        self.has(FLAG_SPECIAL)
    }

    /// The reason (`BIO_get_retry_reason`): 1 a certificate callback, 2 connect, 3 accept.
    pub fn retry_reason(&self) -> c_int {
        // SAFETY: a live BIO.
        unsafe { ffi::BIO_get_retry_reason(self.as_ptr()) }
    }

    /// Clears what the BIO waits for (`BIO_clear_retry_flags`).
    pub fn clear_retry(&self) {
        // SAFETY: a live BIO.
        unsafe { ffi::BIO_clear_flags(self.as_ptr(), FLAGS_ALL) };
    }

    /// Sets what the BIO waits for (`BIO_set_retry_read`, `…_write`, `…_special`).
    pub fn set_retry(&self, retry: Retry) {
        let mut flags = FLAG_RETRY;
        if retry.read {
            flags |= FLAG_READ;
        }
        if retry.write {
            flags |= FLAG_WRITE;
        }
        if retry.special.is_some() {
            flags |= FLAG_SPECIAL;
        }
        self.clear_retry();
        // SAFETY: a live BIO.
        unsafe {
            ffi::BIO_set_flags(self.as_ptr(), flags);
            if let Some(reason) = retry.special {
                ffi::BIO_set_retry_reason(self.as_ptr(), reason);
            }
        }
    }

    /// The descriptor of the first BIO of the chain that has one (`SSL_get_fd(3)`).
    pub fn fd(&self) -> Option<c_int> {
        // SAFETY: a live BIO; the result lives in its chain. GET_FD writes an int.
        unsafe {
            let descriptor = ffi::BIO_find_type(self.as_ptr(), TYPE_DESCRIPTOR);
            if descriptor.is_null() {
                return None;
            }
            let mut fd: c_int = -1;
            ffi::BIO_ctrl(descriptor, CTRL_GET_FD, 0, (&raw mut fd).cast());
            Some(fd)
        }
    }

    /// Gives the BIO another descriptor, which stays open when it is freed (`BIO_set_fd`).
    #[cfg(test)]
    pub fn set_fd(&self, fd: c_int) -> Result<()> {
        let mut fd = fd;
        let set = self.control(CTRL_SET_FD, c_long::from(NO_CLOSE), (&raw mut fd).cast());
        succeeded(set as c_int)
    }

    /// What kind the head of the chain is (`BIO_method_type`), as [`TYPE_SOCKET`].
    pub fn method_type(&self) -> c_int {
        // SAFETY: a live BIO.
        unsafe { ffi::BIO_method_type(self.as_ptr()) }
    }

    /// Everything that can be read now, up to `limit` bytes.
    #[cfg(any(test, fuzzing))]
    pub fn read_available(&self, limit: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        while all.len() < limit {
            let len = buffer.len().min(limit - all.len());
            match self.read(&mut buffer[..len]) {
                Io::Done(n) => all.extend_from_slice(&buffer[..n]),
                _ => break,
            }
        }
        all
    }

    fn control(&self, command: c_int, number: c_long, pointer: *mut c_void) -> c_long {
        // SAFETY: a live BIO; each caller passes what its command wants.
        unsafe { ffi::BIO_ctrl(self.as_ptr(), command, number, pointer) }
    }

    fn has(&self, flag: c_int) -> bool {
        // SAFETY: a live BIO.
        unsafe { ffi::BIO_test_flags(self.as_ptr(), flag) != 0 }
    }

    fn outcome(&self, returned: c_int) -> Io {
        match usize::try_from(returned) {
            Ok(n) if n > 0 => Io::Done(n),
            _ if self.should_retry() => Io::Retry(Retry {
                read: self.should_read(),
                write: self.should_write(),
                special: self.should_io_special().then(|| self.retry_reason()),
            }),
            _ => Io::Failed,
        }
    }

    /// # Safety
    /// `raw` is NULL or a new BIO, whose ownership the caller passes.
    unsafe fn owned(raw: *mut ffi::BIO) -> Result<Self> {
        // SAFETY: as the caller promises.
        unsafe { Self::from_raw_owned(not_null(raw)?) }.ok_or(Error::Queued)
    }
}

/// Whether the last [`Bio::write`] failed because the peer has closed the connection: `errno` is
/// `EPIPE` or `ECONNRESET`.
pub fn peer_is_gone() -> bool {
    // SAFETY: the location is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    errno == libc::EPIPE || errno == libc::ECONNRESET
}

/// Programs read `errno` after `SSL_ERROR_SYSCALL`; it must not be left from an older call.
fn clear_errno() {
    // SAFETY: the location is this thread's own.
    unsafe { *libc::__errno_location() = 0 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    const READ: Io = Io::Retry(Retry {
        read: true,
        write: false,
        special: None,
    });
    const WRITE: Io = Io::Retry(Retry {
        read: false,
        write: true,
        special: None,
    });

    #[test]
    fn a_memory_bio_asks_to_be_tried_again() {
        let bio = Bio::memory().unwrap();
        let mut buffer = [0; 4];
        assert_eq!(bio.read(&mut buffer), READ);
        assert_eq!(bio.write(b"hello"), Io::Done(5));
        assert_eq!(bio.pending(), 5);
        assert_eq!(bio.read(&mut buffer), Io::Done(4));
        assert_eq!(&buffer, b"hell");
        assert_eq!(bio.read(&mut buffer), Io::Done(1));
        assert_eq!(bio.read(&mut buffer), READ);
        assert_eq!(bio.flush(), Io::Done(0));
        assert_eq!(bio.fd(), None);
    }

    #[test]
    fn bytes_end() {
        let bio = Bio::of_bytes(b"ab").unwrap();
        let mut buffer = [0; 4];
        assert_eq!(bio.read(&mut buffer), Io::Done(2));
        assert_eq!(bio.read(&mut buffer), Io::Eof);
        assert!(bio.eof() && !bio.should_retry());
    }

    #[test]
    fn a_full_pair_waits_for_its_reader() {
        let (one, two) = Bio::pair(4).unwrap();
        assert_eq!(one.write(b"hello"), Io::Done(4));
        assert_eq!(one.write(b"o"), WRITE);
        assert!(one.should_retry() && one.should_write() && !one.should_read());
        assert_eq!(two.read_available(100), b"hell");
        assert_eq!(one.write(b"o"), Io::Done(1));
        drop(one);
        assert_eq!(two.read_available(100), b"");
    }

    #[test]
    fn a_socket_reports_retry_end_and_failure() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let bio = Bio::from_socket(ours.as_raw_fd()).unwrap();
        assert_eq!(bio.fd(), Some(ours.as_raw_fd()));
        assert_eq!(bio.method_type(), TYPE_SOCKET);
        let mut buffer = [0; 4];
        assert_eq!(bio.read(&mut buffer), READ);
        theirs.write_all(b"hi").unwrap();
        assert_eq!(bio.read(&mut buffer), Io::Done(2));
        drop(theirs);
        assert_eq!(bio.read(&mut buffer), Io::Eof);
        // -1 is never open. libcrypto remembers the end, so another BIO shows the failure.
        let bio = Bio::from_socket(ours.as_raw_fd()).unwrap();
        bio.set_fd(-1).unwrap();
        assert_eq!(bio.read(&mut buffer), Io::Failed);
        assert_eq!(
            std::io::Error::last_os_error().raw_os_error(),
            Some(libc::EBADF)
        );
    }

    #[test]
    fn references_are_counted() {
        let bio = Bio::memory().unwrap();
        let second = bio.clone();
        drop(bio);
        assert_eq!(second.write(b"x"), Io::Done(1));
    }

    #[test]
    fn retry_flags_can_be_set_for_our_own_filter() {
        let bio = Bio::memory().unwrap();
        bio.set_retry(Retry {
            read: false,
            write: false,
            special: Some(2),
        });
        assert!(bio.should_retry() && bio.should_io_special() && !bio.should_read());
        assert_eq!(bio.retry_reason(), 2);
        bio.clear_retry();
        assert!(!bio.should_retry());
    }

    #[test]
    fn a_missing_file_is_an_error() {
        assert!(Bio::open_file(c"/no/such/file").is_err());
        crate::libcrypto::error_queue::clear();
    }
}
