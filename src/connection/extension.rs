//! Extension numbers (IANA, TLS ExtensionType values) that a server looks at itself.

/// server_name (RFC 6066)
pub const SERVER_NAME: u16 = 0;
/// max_fragment_length (RFC 6066)
pub const MAX_FRAGMENT_LENGTH: u16 = 1;
/// status_request (RFC 6066)
pub const STATUS_REQUEST: u16 = 5;
/// supported_groups (RFC 8446)
pub const SUPPORTED_GROUPS: u16 = 10;
/// ec_point_formats (RFC 8422)
pub const EC_POINT_FORMATS: u16 = 11;
/// srp (RFC 5054)
pub const SRP: u16 = 12;
/// signature_algorithms (RFC 8446)
pub const SIGNATURE_ALGORITHMS: u16 = 13;
/// application_layer_protocol_negotiation (RFC 7301)
pub const ALPN: u16 = 16;
/// extended_master_secret (RFC 7627)
pub const EXTENDED_MASTER_SECRET: u16 = 23;
/// session_ticket (RFC 5077)
pub const SESSION_TICKET: u16 = 35;
/// pre_shared_key (RFC 8446)
pub const PRE_SHARED_KEY: u16 = 41;
/// early_data (RFC 8446)
pub const EARLY_DATA: u16 = 42;
/// supported_versions (RFC 8446)
pub const SUPPORTED_VERSIONS: u16 = 43;
/// psk_key_exchange_modes (RFC 8446)
pub const PSK_KEY_EXCHANGE_MODES: u16 = 45;
/// certificate_authorities (RFC 8446)
pub const CERTIFICATE_AUTHORITIES: u16 = 47;
/// post_handshake_auth (RFC 8446)
pub const POST_HANDSHAKE_AUTH: u16 = 49;
/// signature_algorithms_cert (RFC 8446)
pub const SIGNATURE_ALGORITHMS_CERT: u16 = 50;
/// key_share (RFC 8446)
pub const KEY_SHARE: u16 = 51;
/// renegotiation_info (RFC 5746)
pub const RENEGOTIATION_INFO: u16 = 0xff01;

/// Those that OpenSSL knows: of these each may come once, and only these are shown to the program. Beside the
/// ones above next_proto_neg, use_srtp, encrypt_then_mac, signed_certificate_timestamp, cookie, padding, and a
/// mark of CryptoPro's.
pub(super) const KNOWN: &[u16] = &[
    SERVER_NAME,
    MAX_FRAGMENT_LENGTH,
    STATUS_REQUEST,
    SUPPORTED_GROUPS,
    EC_POINT_FORMATS,
    SRP,
    SIGNATURE_ALGORITHMS,
    14,
    ALPN,
    18,
    21,
    22,
    EXTENDED_MASTER_SECRET,
    SESSION_TICKET,
    PRE_SHARED_KEY,
    EARLY_DATA,
    SUPPORTED_VERSIONS,
    44,
    PSK_KEY_EXCHANGE_MODES,
    CERTIFICATE_AUTHORITIES,
    POST_HANDSHAKE_AUTH,
    SIGNATURE_ALGORITHMS_CERT,
    KEY_SHARE,
    13172,
    0xfde8,
    RENEGOTIATION_INFO,
];
