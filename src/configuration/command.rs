//! The table of commands.

use std::ffi::CStr;

use super::switch::Switch;
use super::{Configuration, file, value};
use crate::error::Result;
use crate::flags::{CertificateFlags, CommandFlags, Options};

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
    /// Runs a function with the value. [`Error::Silent`](crate::error::Error::Silent) is a failure
    /// without a known cause.
    Value(fn(&Configuration, &CStr) -> Result<()>),
}

/// A command.
pub struct Command {
    /// Its name on a command line. Case matters.
    line: Option<&'static str>,
    /// Its name in a file. Case does not matter.
    file: Option<&'static str>,
    /// Flags that must be set for the command to exist.
    needs: CommandFlags,
    /// What kind of value it takes.
    pub value_type: ValueType,
    /// What it does.
    pub action: Action,
}

impl Command {
    /// The command with this name, if these flags allow one.
    pub fn find(name: &[u8], flags: CommandFlags) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| {
            flags.contains(command.needs)
                && (flags.contains(CommandFlags::COMMAND_LINE)
                    && command.line.is_some_and(|line| line.as_bytes() == name)
                    || flags.contains(CommandFlags::FILE)
                        && command
                            .file
                            .is_some_and(|file| file.as_bytes().eq_ignore_ascii_case(name)))
        })
    }

    const fn option(line: &'static str, needs: CommandFlags, options: Options) -> Self {
        Self::switch(line, needs, Switch::Option(options), true)
    }

    const fn no_option(line: &'static str, needs: CommandFlags, options: Options) -> Self {
        Self::switch(line, needs, Switch::Option(options), false)
    }

    const fn switch(line: &'static str, needs: CommandFlags, switch: Switch, on: bool) -> Self {
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
        needs: CommandFlags,
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
        needs: CommandFlags,
        action: fn(&Configuration, &CStr) -> Result<()>,
    ) -> Self {
        Self::value((file, line), needs, ValueType::String, action)
    }
}

use ValueType::{Directory, File, Store};

const ALWAYS: CommandFlags = CommandFlags::EMPTY;
const CLIENT: CommandFlags = CommandFlags::CLIENT;
const SERVER: CommandFlags = CommandFlags::SERVER;
const CERTIFICATE: CommandFlags = CommandFlags::CERTIFICATE;
const SERVER_CERTIFICATE: CommandFlags = SERVER.with(CERTIFICATE);

#[rustfmt::skip]
static COMMANDS: &[Command] = &[
    Command::option("no_ssl3", ALWAYS, Options::NO_SSL3),
    Command::option("no_tls1", ALWAYS, Options::NO_TLS1),
    Command::option("no_tls1_1", ALWAYS, Options::NO_TLS1_1),
    Command::option("no_tls1_2", ALWAYS, Options::NO_TLS1_2),
    Command::option("no_tls1_3", ALWAYS, Options::NO_TLS1_3),
    Command::option("bugs", ALWAYS, Options::ALL_BUGS),
    Command::option("no_comp", ALWAYS, Options::NO_COMPRESSION),
    Command::no_option("comp", ALWAYS, Options::NO_COMPRESSION),
    Command::option("ecdh_single", SERVER, Options::EMPTY),
    Command::option("no_ticket", ALWAYS, Options::NO_TICKET),
    Command::option("serverpref", SERVER, Options::CIPHER_SERVER_PREFERENCE),
    Command::option("legacy_renegotiation", ALWAYS, Options::ALLOW_UNSAFE_LEGACY_RENEGOTIATION),
    Command::option("client_renegotiation", SERVER, Options::ALLOW_CLIENT_RENEGOTIATION),
    Command::option("legacy_server_connect", CLIENT, Options::LEGACY_SERVER_CONNECT),
    Command::option("no_renegotiation", ALWAYS, Options::NO_RENEGOTIATION),
    Command::option("no_resumption_on_reneg", SERVER, Options::NO_SESSION_RESUMPTION_ON_RENEGOTIATION),
    Command::no_option("no_legacy_server_connect", CLIENT, Options::LEGACY_SERVER_CONNECT),
    Command::option("allow_no_dhe_kex", ALWAYS, Options::ALLOW_NO_DHE_KEX),
    Command::option("prioritize_chacha", SERVER, Options::PRIORITIZE_CHACHA),
    Command::switch("strict", ALWAYS, Switch::Certificate(CertificateFlags::TLS_STRICT), true),
    Command::no_option("no_middlebox", ALWAYS, Options::ENABLE_MIDDLEBOX_COMPAT),
    Command::no_option("anti_replay", SERVER, Options::NO_ANTI_REPLAY),
    Command::option("no_anti_replay", SERVER, Options::NO_ANTI_REPLAY),
    Command::option("no_etm", ALWAYS, Options::NO_ENCRYPT_THEN_MAC),

    Command::text("SignatureAlgorithms", "sigalgs", ALWAYS, value::signature_algorithms),
    Command::text("ClientSignatureAlgorithms", "client_sigalgs", ALWAYS, value::client_signature_algorithms),
    Command::text("Curves", "curves", ALWAYS, value::groups),
    Command::text("Groups", "groups", ALWAYS, value::groups),
    Command::text("ECDHParameters", "named_curve", SERVER, value::one_group),
    Command::text("CipherString", "cipher", ALWAYS, value::cipher_string),
    Command::text("Ciphersuites", "ciphersuites", ALWAYS, value::ciphersuites),
    Command::text("Protocol", "", ALWAYS, value::protocol),
    Command::text("MinProtocol", "min_protocol", ALWAYS, value::min_protocol),
    Command::text("MaxProtocol", "max_protocol", ALWAYS, value::max_protocol),
    Command::text("Options", "", ALWAYS, value::options),
    Command::text("VerifyMode", "", ALWAYS, value::verify_mode),
    Command::text("RecordPadding", "record_padding", ALWAYS, value::record_padding),
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
