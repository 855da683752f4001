//! The table of commands.

use std::ffi::CStr;

use super::switch::Switch;
use super::{CERTIFICATE, CLIENT, COMMAND_LINE, Configuration, FILE, SERVER, file, value};
use crate::error::Result;
use crate::flags::{CertificateFlags, Options};

/// The kind of value that a command takes (`SSL_CONF_TYPE_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ValueType {
    /// There is no such command.
    Unknown = 0,
    /// A text.
    String = 1,
    /// The name of a file.
    File = 2,
    /// The name of a directory.
    Directory = 3,
    /// No value.
    None = 4,
    /// The URI of a store.
    Store = 5,
}

/// What a command does.
#[derive(Clone, Copy)]
pub enum Action {
    /// Turns something on or off.
    Switch(Switch, bool),
    /// Does something with its value. [`Error::Silent`](crate::error::Error::Silent) is a failure
    /// that nothing more is known about.
    Value(fn(&Configuration, &CStr) -> Result<()>),
}

/// A command.
pub struct Command {
    /// Its name on a command line. Case matters.
    line: Option<&'static str>,
    /// Its name in a file. Case does not matter.
    file: Option<&'static str>,
    /// Flags without which it does not exist.
    needs: u32,
    /// What kind of value it takes.
    pub value_type: ValueType,
    /// What it does.
    pub action: Action,
}

impl Command {
    /// The command of this name, if there is one under these flags.
    pub fn find(name: &[u8], flags: u32) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| {
            command.needs & !flags == 0
                && (flags & COMMAND_LINE != 0
                    && command.line.is_some_and(|line| line.as_bytes() == name)
                    || flags & FILE != 0
                        && command
                            .file
                            .is_some_and(|file| file.as_bytes().eq_ignore_ascii_case(name)))
        })
    }

    const fn option(line: &'static str, needs: u32, options: Options) -> Self {
        Self::switch(line, needs, Switch::Option(options), true)
    }

    const fn no_option(line: &'static str, needs: u32, options: Options) -> Self {
        Self::switch(line, needs, Switch::Option(options), false)
    }

    const fn switch(line: &'static str, needs: u32, switch: Switch, on: bool) -> Self {
        Self {
            line: Some(line),
            file: None,
            needs,
            value_type: ValueType::None,
            action: Action::Switch(switch, on),
        }
    }

    const fn value(
        names: (&'static str, &'static str),
        needs: u32,
        value_type: ValueType,
        action: fn(&Configuration, &CStr) -> Result<()>,
    ) -> Self {
        let (file, line) = names;
        Self {
            line: if line.is_empty() { None } else { Some(line) },
            file: Some(file),
            needs,
            value_type,
            action: Action::Value(action),
        }
    }

    const fn text(
        file: &'static str,
        line: &'static str,
        needs: u32,
        action: fn(&Configuration, &CStr) -> Result<()>,
    ) -> Self {
        Self::value((file, line), needs, ValueType::String, action)
    }
}

use ValueType::{Directory, File, Store};

const SERVER_CERTIFICATE: u32 = SERVER | CERTIFICATE;

#[rustfmt::skip]
static COMMANDS: &[Command] = &[
    Command::option("no_ssl3", 0, Options::NO_SSL3),
    Command::option("no_tls1", 0, Options::NO_TLS1),
    Command::option("no_tls1_1", 0, Options::NO_TLS1_1),
    Command::option("no_tls1_2", 0, Options::NO_TLS1_2),
    Command::option("no_tls1_3", 0, Options::NO_TLS1_3),
    Command::option("bugs", 0, Options::ALL_BUGS),
    Command::option("no_comp", 0, Options::NO_COMPRESSION),
    Command::no_option("comp", 0, Options::NO_COMPRESSION),
    Command::option("ecdh_single", SERVER, Options::EMPTY),
    Command::option("no_ticket", 0, Options::NO_TICKET),
    Command::option("serverpref", SERVER, Options::CIPHER_SERVER_PREFERENCE),
    Command::option("legacy_renegotiation", 0, Options::ALLOW_UNSAFE_LEGACY_RENEGOTIATION),
    Command::option("client_renegotiation", SERVER, Options::ALLOW_CLIENT_RENEGOTIATION),
    Command::option("legacy_server_connect", CLIENT, Options::LEGACY_SERVER_CONNECT),
    Command::option("no_renegotiation", 0, Options::NO_RENEGOTIATION),
    Command::option("no_resumption_on_reneg", SERVER, Options::NO_SESSION_RESUMPTION_ON_RENEGOTIATION),
    Command::no_option("no_legacy_server_connect", CLIENT, Options::LEGACY_SERVER_CONNECT),
    Command::option("allow_no_dhe_kex", 0, Options::ALLOW_NO_DHE_KEX),
    Command::option("prioritize_chacha", SERVER, Options::PRIORITIZE_CHACHA),
    Command::switch("strict", 0, Switch::Certificate(CertificateFlags::TLS_STRICT), true),
    Command::no_option("no_middlebox", 0, Options::ENABLE_MIDDLEBOX_COMPAT),
    Command::no_option("anti_replay", SERVER, Options::NO_ANTI_REPLAY),
    Command::option("no_anti_replay", SERVER, Options::NO_ANTI_REPLAY),
    Command::option("no_etm", 0, Options::NO_ENCRYPT_THEN_MAC),

    Command::text("SignatureAlgorithms", "sigalgs", 0, value::signature_algorithms),
    Command::text("ClientSignatureAlgorithms", "client_sigalgs", 0, value::client_signature_algorithms),
    Command::text("Curves", "curves", 0, value::groups),
    Command::text("Groups", "groups", 0, value::groups),
    Command::text("ECDHParameters", "named_curve", SERVER, value::one_group),
    Command::text("CipherString", "cipher", 0, value::cipher_string),
    Command::text("Ciphersuites", "ciphersuites", 0, value::ciphersuites),
    Command::text("Protocol", "", 0, value::protocol),
    Command::text("MinProtocol", "min_protocol", 0, value::min_protocol),
    Command::text("MaxProtocol", "max_protocol", 0, value::max_protocol),
    Command::text("Options", "", 0, value::options),
    Command::text("VerifyMode", "", 0, value::verify_mode),
    Command::text("RecordPadding", "record_padding", 0, value::record_padding),
    Command::text("NumTickets", "num_tickets", SERVER, value::num_tickets),

    Command::value(("Certificate", "cert"), CERTIFICATE, File, file::certificate),
    Command::value(("PrivateKey", "key"), CERTIFICATE, File, file::private_key),
    Command::value(("ServerInfoFile", ""), SERVER_CERTIFICATE, File, file::server_info),
    Command::value(("ChainCAPath", "chainCApath"), CERTIFICATE, Directory, file::chain_directory),
    Command::value(("ChainCAFile", "chainCAfile"), CERTIFICATE, File, file::chain_file),
    Command::value(("ChainCAStore", "chainCAstore"), CERTIFICATE, Store, file::chain_store),
    Command::value(("VerifyCAPath", "verifyCApath"), CERTIFICATE, Directory, file::verify_directory),
    Command::value(("VerifyCAFile", "verifyCAfile"), CERTIFICATE, File, file::verify_file),
    Command::value(("VerifyCAStore", "verifyCAstore"), CERTIFICATE, Store, file::verify_store),
    Command::value(("RequestCAFile", "requestCAFile"), CERTIFICATE, File, file::names_of_file),
    Command::value(("ClientCAFile", ""), SERVER_CERTIFICATE, File, file::names_of_file),
    Command::value(("RequestCAPath", ""), CERTIFICATE, Directory, file::names_of_directory),
    Command::value(("ClientCAPath", ""), SERVER_CERTIFICATE, Directory, file::names_of_directory),
    Command::value(("RequestCAStore", "requestCAStore"), CERTIFICATE, Store, file::names_of_store),
    Command::value(("ClientCAStore", ""), SERVER_CERTIFICATE, Store, file::names_of_store),
    Command::value(("DHParameters", "dhparam"), SERVER_CERTIFICATE, File, file::dh_parameters),
];
