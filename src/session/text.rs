//! A session as text: `SSL_SESSION_print(3)` and `SSL_SESSION_print_keylog(3)`, byte for byte
//! (S90). The text is bytes, not a `String`, because the peer's names may not be UTF-8.

use std::io::Write;

use zeroize::Zeroizing;

use crate::session::{FLAG_EXTENDED_MASTER_SECRET, Numbers, View};
use crate::wire::Version;

/// Names that this module does not know.
pub struct Names<'a> {
    /// OpenSSL's name of the cipher; `None` when it is unknown.
    pub cipher: Option<&'a str>,
    /// The text of `X509_verify_cert_error_string(3)` for the verify result.
    pub verify_result: &'a [u8],
}

/// The text of `SSL_SESSION_print(3)`. It shows the master key: it is wiped when dropped.
pub fn print(View { numbers, bytes }: &View<'_>, names: &Names<'_>) -> Zeroizing<Vec<u8>> {
    let is_tls13 = numbers.protocol_version == Version::TLS1_3;
    let mut out = Text::default();
    out.text("SSL-Session:\n");
    out.line("Protocol  ", protocol_name(numbers.protocol_version));
    match names.cipher {
        Some(name) => out.line("Cipher    ", name),
        None => out.line(
            "Cipher    ",
            format_args!("{:04X}", numbers.cipher_id & 0xffff),
        ),
    }
    out.hex("    Session-ID: ", bytes.id);
    out.hex("\n    Session-ID-ctx: ", bytes.id_context);
    let key = if is_tls13 {
        "\n    Resumption PSK: "
    } else {
        "\n    Master-Key: "
    };
    out.hex(key, bytes.master_key);
    out.name("\n    PSK identity: ", bytes.psk_identity);
    out.name("\n    PSK identity hint: ", bytes.psk_identity_hint);
    out.name("\n    SRP username: ", bytes.srp_user_name);
    out.ticket(numbers.lifetime_hint, bytes.ticket);
    out.times(numbers);
    out.write(format_args!(
        "\n    Verify return code: {} (",
        numbers.verify_result
    ));
    out.bytes(names.verify_result);
    let extended = numbers.flags & FLAG_EXTENDED_MASTER_SECRET != 0;
    out.text(")\n");
    out.line(
        "Extended master secret",
        if extended { "yes" } else { "no" },
    );
    if is_tls13 {
        out.line("Max Early Data", numbers.max_early_data);
    }
    out.0
}

/// The line of `SSL_SESSION_print_keylog(3)`, with its line feed; `None` when the id or the key is
/// empty. It shows the master key: it is wiped when dropped.
pub fn print_keylog(View { bytes, .. }: &View<'_>) -> Option<Zeroizing<Vec<u8>>> {
    if bytes.id.is_empty() || bytes.master_key.is_empty() {
        return None;
    }
    let mut out = Text::default();
    out.hex("RSA Session-ID:", bytes.id);
    out.hex(" Master-Key:", bytes.master_key);
    out.text("\n");
    Some(out.0)
}

/// OpenSSL's name of a protocol version.
fn protocol_name(version: i32) -> &'static str {
    let name = Version::from_c(version).unwrap_or_default().name();
    name.to_str().unwrap_or_default()
}

/// Text that grows.
struct Text(Zeroizing<Vec<u8>>);

impl Default for Text {
    /// Enough for most sessions, because a buffer that moves leaves secrets behind.
    fn default() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(4096)))
    }
}

impl Text {
    fn ticket(&mut self, lifetime_hint: u64, ticket: Option<&[u8]>) {
        if lifetime_hint != 0 {
            // OpenSSL prints it as a signed long.
            let seconds = lifetime_hint as i64;
            self.write(format_args!(
                "\n    TLS session ticket lifetime hint: {seconds} (seconds)"
            ));
        }
        if let Some(ticket) = ticket {
            self.text("\n    TLS session ticket:\n");
            self.dump(ticket);
        }
    }

    /// Compression, and the times that are known.
    fn times(&mut self, numbers: &Numbers) {
        if numbers.compression != 0 {
            self.write(format_args!("\n    Compression: {}", numbers.compression));
        }
        if numbers.time != 0 {
            self.write(format_args!("\n    Start Time: {}", numbers.time));
        }
        if numbers.timeout != 0 {
            self.write(format_args!("\n    Timeout   : {} (sec)", numbers.timeout));
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed * 2));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.write_fmt(arguments).expect("memory does not fail");
    }

    fn line(&mut self, label: &str, value: impl std::fmt::Display) {
        self.write(format_args!("    {label}: {value}\n"));
    }

    fn name(&mut self, label: &str, name: Option<&[u8]>) {
        self.text(label);
        self.bytes(name.unwrap_or(b"None"));
    }

    fn hex(&mut self, label: &str, bytes: &[u8]) {
        self.text(label);
        for byte in bytes {
            self.write(format_args!("{byte:02X}"));
        }
    }

    /// As `BIO_dump_indent(3)` with an indent of 4.
    fn dump(&mut self, bytes: &[u8]) {
        const WIDTH: usize = 16;
        for (row, bytes) in bytes.chunks(WIDTH).enumerate() {
            self.write(format_args!("    {:04x} - ", row * WIDTH));
            for column in 0..WIDTH {
                match bytes.get(column) {
                    Some(byte) => {
                        let separator = if column == 7 { '-' } else { ' ' };
                        self.write(format_args!("{byte:02x}{separator}"));
                    }
                    None => self.text("   "),
                }
            }
            self.text("  ");
            for &byte in bytes {
                let shown = matches!(byte, b' '..=b'~');
                self.bytes(&[if shown { byte } else { b'.' }]);
            }
            self.text("\n");
        }
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
