//! Every cipher suite that OpenSSL 3.0 knows, except those of GOST.
//!
//! Columns: number on the wire, OpenSSL's name, name in the TLS registry, lowest version, key
//! exchange, authentication, encryption, MAC, hash of the handshake, traits.

use super::suite::{Authentication, Cipher, Encryption, HandshakeDigest, KeyExchange, Mac, Traits};
use crate::reference::tag::FixedTag;
use crate::wire::{EMPTY_RENEGOTIATION_INFO_SCSV, FALLBACK_SCSV, Version};

/// Signalling values in a ClientHello, which are not suites (RFC 5746, RFC 7507).
pub static SIGNALS: [Cipher; 2] = [
    signal(
        EMPTY_RENEGOTIATION_INFO_SCSV,
        c"TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
    ),
    signal(FALLBACK_SCSV, c"TLS_FALLBACK_SCSV"),
];

const fn signal(number: u16, name: &'static std::ffi::CStr) -> Cipher {
    Cipher {
        kind: FixedTag::new(),
        id: 0x0300_0000 | number as u32,
        name,
        standard_name: name,
        min_version: None,
        key_exchange: KeyExchange::Any,
        authentication: Authentication::Any,
        encryption: Encryption::Unspecified,
        mac: Mac::Unspecified,
        handshake_digest: None,
        traits: Traits::UNLISTED,
    }
}

macro_rules! suites {
    ($($number:literal $name:literal $standard:literal $version:ident $kx:ident $auth:ident
       $enc:ident $mac:ident $digest:ident $($traits:ident)|+;)*) => {
        /// The known suites by ascending number.
        pub static SUITES: &[Cipher] = &[$(Cipher {
            kind: FixedTag::new(),
            id: 0x0300_0000 | $number,
            name: $name,
            standard_name: $standard,
            min_version: Some(Version::$version),
            key_exchange: KeyExchange::$kx,
            authentication: Authentication::$auth,
            encryption: Encryption::$enc,
            mac: Mac::$mac,
            handshake_digest: Some(HandshakeDigest::$digest),
            traits: Traits::NONE$(.with(Traits::$traits))+,
        },)*];
    };
}

suites! {
    0x0001 c"NULL-MD5"                       c"TLS_RSA_WITH_NULL_MD5"                         SSL3  Rsa      Rsa   Null             Md5    Md5Sha1 NONE;
    0x0002 c"NULL-SHA"                       c"TLS_RSA_WITH_NULL_SHA"                         SSL3  Rsa      Rsa   Null             Sha1   Md5Sha1 NONE;
    0x0007 c"IDEA-CBC-SHA"                   c"TLS_RSA_WITH_IDEA_CBC_SHA"                     SSL3  Rsa      Rsa   Idea             Sha1   Md5Sha1 UNLISTED;
    0x002c c"PSK-NULL-SHA"                   c"TLS_PSK_WITH_NULL_SHA"                         SSL3  Psk      Psk   Null             Sha1   Md5Sha1 NONE;
    0x002d c"DHE-PSK-NULL-SHA"               c"TLS_DHE_PSK_WITH_NULL_SHA"                     SSL3  DhePsk   Psk   Null             Sha1   Md5Sha1 NONE;
    0x002e c"RSA-PSK-NULL-SHA"               c"TLS_RSA_PSK_WITH_NULL_SHA"                     SSL3  RsaPsk   Rsa   Null             Sha1   Md5Sha1 NONE;
    0x002f c"AES128-SHA"                     c"TLS_RSA_WITH_AES_128_CBC_SHA"                  SSL3  Rsa      Rsa   Aes128           Sha1   Md5Sha1 FIPS;
    0x0032 c"DHE-DSS-AES128-SHA"             c"TLS_DHE_DSS_WITH_AES_128_CBC_SHA"              SSL3  Dhe      Dss   Aes128           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0x0033 c"DHE-RSA-AES128-SHA"             c"TLS_DHE_RSA_WITH_AES_128_CBC_SHA"              SSL3  Dhe      Rsa   Aes128           Sha1   Md5Sha1 FIPS;
    0x0034 c"ADH-AES128-SHA"                 c"TLS_DH_anon_WITH_AES_128_CBC_SHA"              SSL3  Dhe      Null  Aes128           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0x0035 c"AES256-SHA"                     c"TLS_RSA_WITH_AES_256_CBC_SHA"                  SSL3  Rsa      Rsa   Aes256           Sha1   Md5Sha1 FIPS;
    0x0038 c"DHE-DSS-AES256-SHA"             c"TLS_DHE_DSS_WITH_AES_256_CBC_SHA"              SSL3  Dhe      Dss   Aes256           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0x0039 c"DHE-RSA-AES256-SHA"             c"TLS_DHE_RSA_WITH_AES_256_CBC_SHA"              SSL3  Dhe      Rsa   Aes256           Sha1   Md5Sha1 FIPS;
    0x003a c"ADH-AES256-SHA"                 c"TLS_DH_anon_WITH_AES_256_CBC_SHA"              SSL3  Dhe      Null  Aes256           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0x003b c"NULL-SHA256"                    c"TLS_RSA_WITH_NULL_SHA256"                      TLS1_2 Rsa      Rsa   Null             Sha256 Md5Sha1 NONE;
    0x003c c"AES128-SHA256"                  c"TLS_RSA_WITH_AES_128_CBC_SHA256"               TLS1_2 Rsa      Rsa   Aes128           Sha256 Md5Sha1 FIPS;
    0x003d c"AES256-SHA256"                  c"TLS_RSA_WITH_AES_256_CBC_SHA256"               TLS1_2 Rsa      Rsa   Aes256           Sha256 Md5Sha1 FIPS;
    0x0040 c"DHE-DSS-AES128-SHA256"          c"TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"           TLS1_2 Dhe      Dss   Aes128           Sha256 Md5Sha1 FIPS | NOT_DEFAULT;
    0x0041 c"CAMELLIA128-SHA"                c"TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"             SSL3  Rsa      Rsa   Camellia128      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0044 c"DHE-DSS-CAMELLIA128-SHA"        c"TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA"         SSL3  Dhe      Dss   Camellia128      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0045 c"DHE-RSA-CAMELLIA128-SHA"        c"TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"         SSL3  Dhe      Rsa   Camellia128      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0046 c"ADH-CAMELLIA128-SHA"            c"TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA"         SSL3  Dhe      Null  Camellia128      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0067 c"DHE-RSA-AES128-SHA256"          c"TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"           TLS1_2 Dhe      Rsa   Aes128           Sha256 Md5Sha1 FIPS;
    0x006a c"DHE-DSS-AES256-SHA256"          c"TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"           TLS1_2 Dhe      Dss   Aes256           Sha256 Md5Sha1 FIPS | NOT_DEFAULT;
    0x006b c"DHE-RSA-AES256-SHA256"          c"TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"           TLS1_2 Dhe      Rsa   Aes256           Sha256 Md5Sha1 FIPS;
    0x006c c"ADH-AES128-SHA256"              c"TLS_DH_anon_WITH_AES_128_CBC_SHA256"           TLS1_2 Dhe      Null  Aes128           Sha256 Md5Sha1 FIPS | NOT_DEFAULT;
    0x006d c"ADH-AES256-SHA256"              c"TLS_DH_anon_WITH_AES_256_CBC_SHA256"           TLS1_2 Dhe      Null  Aes256           Sha256 Md5Sha1 FIPS | NOT_DEFAULT;
    0x0084 c"CAMELLIA256-SHA"                c"TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"             SSL3  Rsa      Rsa   Camellia256      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0087 c"DHE-DSS-CAMELLIA256-SHA"        c"TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA"         SSL3  Dhe      Dss   Camellia256      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0088 c"DHE-RSA-CAMELLIA256-SHA"        c"TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"         SSL3  Dhe      Rsa   Camellia256      Sha1   Md5Sha1 NOT_DEFAULT;
    0x0089 c"ADH-CAMELLIA256-SHA"            c"TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA"         SSL3  Dhe      Null  Camellia256      Sha1   Md5Sha1 NOT_DEFAULT;
    0x008c c"PSK-AES128-CBC-SHA"             c"TLS_PSK_WITH_AES_128_CBC_SHA"                  SSL3  Psk      Psk   Aes128           Sha1   Md5Sha1 FIPS;
    0x008d c"PSK-AES256-CBC-SHA"             c"TLS_PSK_WITH_AES_256_CBC_SHA"                  SSL3  Psk      Psk   Aes256           Sha1   Md5Sha1 FIPS;
    0x0090 c"DHE-PSK-AES128-CBC-SHA"         c"TLS_DHE_PSK_WITH_AES_128_CBC_SHA"              SSL3  DhePsk   Psk   Aes128           Sha1   Md5Sha1 FIPS;
    0x0091 c"DHE-PSK-AES256-CBC-SHA"         c"TLS_DHE_PSK_WITH_AES_256_CBC_SHA"              SSL3  DhePsk   Psk   Aes256           Sha1   Md5Sha1 FIPS;
    0x0094 c"RSA-PSK-AES128-CBC-SHA"         c"TLS_RSA_PSK_WITH_AES_128_CBC_SHA"              SSL3  RsaPsk   Rsa   Aes128           Sha1   Md5Sha1 FIPS;
    0x0095 c"RSA-PSK-AES256-CBC-SHA"         c"TLS_RSA_PSK_WITH_AES_256_CBC_SHA"              SSL3  RsaPsk   Rsa   Aes256           Sha1   Md5Sha1 FIPS;
    0x0096 c"SEED-SHA"                       c"TLS_RSA_WITH_SEED_CBC_SHA"                     SSL3  Rsa      Rsa   Seed             Sha1   Md5Sha1 UNLISTED;
    0x0099 c"DHE-DSS-SEED-SHA"               c"TLS_DHE_DSS_WITH_SEED_CBC_SHA"                 SSL3  Dhe      Dss   Seed             Sha1   Md5Sha1 UNLISTED;
    0x009a c"DHE-RSA-SEED-SHA"               c"TLS_DHE_RSA_WITH_SEED_CBC_SHA"                 SSL3  Dhe      Rsa   Seed             Sha1   Md5Sha1 UNLISTED;
    0x009b c"ADH-SEED-SHA"                   c"TLS_DH_anon_WITH_SEED_CBC_SHA"                 SSL3  Dhe      Null  Seed             Sha1   Md5Sha1 UNLISTED;
    0x009c c"AES128-GCM-SHA256"              c"TLS_RSA_WITH_AES_128_GCM_SHA256"               TLS1_2 Rsa      Rsa   Aes128Gcm        Aead   Sha256  FIPS;
    0x009d c"AES256-GCM-SHA384"              c"TLS_RSA_WITH_AES_256_GCM_SHA384"               TLS1_2 Rsa      Rsa   Aes256Gcm        Aead   Sha384  FIPS;
    0x009e c"DHE-RSA-AES128-GCM-SHA256"      c"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"           TLS1_2 Dhe      Rsa   Aes128Gcm        Aead   Sha256  FIPS;
    0x009f c"DHE-RSA-AES256-GCM-SHA384"      c"TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"           TLS1_2 Dhe      Rsa   Aes256Gcm        Aead   Sha384  FIPS;
    0x00a2 c"DHE-DSS-AES128-GCM-SHA256"      c"TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"           TLS1_2 Dhe      Dss   Aes128Gcm        Aead   Sha256  FIPS | NOT_DEFAULT;
    0x00a3 c"DHE-DSS-AES256-GCM-SHA384"      c"TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"           TLS1_2 Dhe      Dss   Aes256Gcm        Aead   Sha384  FIPS | NOT_DEFAULT;
    0x00a6 c"ADH-AES128-GCM-SHA256"          c"TLS_DH_anon_WITH_AES_128_GCM_SHA256"           TLS1_2 Dhe      Null  Aes128Gcm        Aead   Sha256  FIPS | NOT_DEFAULT;
    0x00a7 c"ADH-AES256-GCM-SHA384"          c"TLS_DH_anon_WITH_AES_256_GCM_SHA384"           TLS1_2 Dhe      Null  Aes256Gcm        Aead   Sha384  FIPS | NOT_DEFAULT;
    0x00a8 c"PSK-AES128-GCM-SHA256"          c"TLS_PSK_WITH_AES_128_GCM_SHA256"               TLS1_2 Psk      Psk   Aes128Gcm        Aead   Sha256  FIPS;
    0x00a9 c"PSK-AES256-GCM-SHA384"          c"TLS_PSK_WITH_AES_256_GCM_SHA384"               TLS1_2 Psk      Psk   Aes256Gcm        Aead   Sha384  FIPS;
    0x00aa c"DHE-PSK-AES128-GCM-SHA256"      c"TLS_DHE_PSK_WITH_AES_128_GCM_SHA256"           TLS1_2 DhePsk   Psk   Aes128Gcm        Aead   Sha256  FIPS;
    0x00ab c"DHE-PSK-AES256-GCM-SHA384"      c"TLS_DHE_PSK_WITH_AES_256_GCM_SHA384"           TLS1_2 DhePsk   Psk   Aes256Gcm        Aead   Sha384  FIPS;
    0x00ac c"RSA-PSK-AES128-GCM-SHA256"      c"TLS_RSA_PSK_WITH_AES_128_GCM_SHA256"           TLS1_2 RsaPsk   Rsa   Aes128Gcm        Aead   Sha256  FIPS;
    0x00ad c"RSA-PSK-AES256-GCM-SHA384"      c"TLS_RSA_PSK_WITH_AES_256_GCM_SHA384"           TLS1_2 RsaPsk   Rsa   Aes256Gcm        Aead   Sha384  FIPS;
    0x00ae c"PSK-AES128-CBC-SHA256"          c"TLS_PSK_WITH_AES_128_CBC_SHA256"               TLS1 Psk      Psk   Aes128           Sha256 Md5Sha1 FIPS;
    0x00af c"PSK-AES256-CBC-SHA384"          c"TLS_PSK_WITH_AES_256_CBC_SHA384"               TLS1 Psk      Psk   Aes256           Sha384 Sha384  FIPS;
    0x00b0 c"PSK-NULL-SHA256"                c"TLS_PSK_WITH_NULL_SHA256"                      TLS1 Psk      Psk   Null             Sha256 Md5Sha1 NONE;
    0x00b1 c"PSK-NULL-SHA384"                c"TLS_PSK_WITH_NULL_SHA384"                      TLS1 Psk      Psk   Null             Sha384 Sha384  NONE;
    0x00b2 c"DHE-PSK-AES128-CBC-SHA256"      c"TLS_DHE_PSK_WITH_AES_128_CBC_SHA256"           TLS1 DhePsk   Psk   Aes128           Sha256 Md5Sha1 FIPS;
    0x00b3 c"DHE-PSK-AES256-CBC-SHA384"      c"TLS_DHE_PSK_WITH_AES_256_CBC_SHA384"           TLS1 DhePsk   Psk   Aes256           Sha384 Sha384  FIPS;
    0x00b4 c"DHE-PSK-NULL-SHA256"            c"TLS_DHE_PSK_WITH_NULL_SHA256"                  TLS1 DhePsk   Psk   Null             Sha256 Md5Sha1 NONE;
    0x00b5 c"DHE-PSK-NULL-SHA384"            c"TLS_DHE_PSK_WITH_NULL_SHA384"                  TLS1 DhePsk   Psk   Null             Sha384 Sha384  NONE;
    0x00b6 c"RSA-PSK-AES128-CBC-SHA256"      c"TLS_RSA_PSK_WITH_AES_128_CBC_SHA256"           TLS1 RsaPsk   Rsa   Aes128           Sha256 Md5Sha1 FIPS;
    0x00b7 c"RSA-PSK-AES256-CBC-SHA384"      c"TLS_RSA_PSK_WITH_AES_256_CBC_SHA384"           TLS1 RsaPsk   Rsa   Aes256           Sha384 Sha384  FIPS;
    0x00b8 c"RSA-PSK-NULL-SHA256"            c"TLS_RSA_PSK_WITH_NULL_SHA256"                  TLS1 RsaPsk   Rsa   Null             Sha256 Md5Sha1 NONE;
    0x00b9 c"RSA-PSK-NULL-SHA384"            c"TLS_RSA_PSK_WITH_NULL_SHA384"                  TLS1 RsaPsk   Rsa   Null             Sha384 Sha384  NONE;
    0x00ba c"CAMELLIA128-SHA256"             c"TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256"          TLS1_2 Rsa      Rsa   Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0x00bd c"DHE-DSS-CAMELLIA128-SHA256"     c"TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256"      TLS1_2 Dhe      Dss   Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0x00be c"DHE-RSA-CAMELLIA128-SHA256"     c"TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"      TLS1_2 Dhe      Rsa   Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0x00bf c"ADH-CAMELLIA128-SHA256"         c"TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256"      TLS1_2 Dhe      Null  Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0x00c0 c"CAMELLIA256-SHA256"             c"TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256"          TLS1_2 Rsa      Rsa   Camellia256      Sha256 Sha256  NOT_DEFAULT;
    0x00c3 c"DHE-DSS-CAMELLIA256-SHA256"     c"TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256"      TLS1_2 Dhe      Dss   Camellia256      Sha256 Sha256  NOT_DEFAULT;
    0x00c4 c"DHE-RSA-CAMELLIA256-SHA256"     c"TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256"      TLS1_2 Dhe      Rsa   Camellia256      Sha256 Sha256  NOT_DEFAULT;
    0x00c5 c"ADH-CAMELLIA256-SHA256"         c"TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"      TLS1_2 Dhe      Null  Camellia256      Sha256 Sha256  NOT_DEFAULT;
    0x1301 c"TLS_AES_128_GCM_SHA256"         c"TLS_AES_128_GCM_SHA256"                        TLS1_3 Any      Any   Aes128Gcm        Aead   Sha256  SUPPORTED;
    0x1302 c"TLS_AES_256_GCM_SHA384"         c"TLS_AES_256_GCM_SHA384"                        TLS1_3 Any      Any   Aes256Gcm        Aead   Sha384  SUPPORTED;
    0x1303 c"TLS_CHACHA20_POLY1305_SHA256"   c"TLS_CHACHA20_POLY1305_SHA256"                  TLS1_3 Any      Any   ChaCha20Poly1305 Aead   Sha256  SUPPORTED;
    0x1304 c"TLS_AES_128_CCM_SHA256"         c"TLS_AES_128_CCM_SHA256"                        TLS1_3 Any      Any   Aes128Ccm        Aead   Sha256  NONE;
    0x1305 c"TLS_AES_128_CCM_8_SHA256"       c"TLS_AES_128_CCM_8_SHA256"                      TLS1_3 Any      Any   Aes128Ccm8       Aead   Sha256  NONE;
    0xc006 c"ECDHE-ECDSA-NULL-SHA"           c"TLS_ECDHE_ECDSA_WITH_NULL_SHA"                 TLS1 Ecdhe    Ecdsa Null             Sha1   Md5Sha1 NONE;
    0xc009 c"ECDHE-ECDSA-AES128-SHA"         c"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"          TLS1 Ecdhe    Ecdsa Aes128           Sha1   Md5Sha1 FIPS;
    0xc00a c"ECDHE-ECDSA-AES256-SHA"         c"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"          TLS1 Ecdhe    Ecdsa Aes256           Sha1   Md5Sha1 FIPS;
    0xc010 c"ECDHE-RSA-NULL-SHA"             c"TLS_ECDHE_RSA_WITH_NULL_SHA"                   TLS1 Ecdhe    Rsa   Null             Sha1   Md5Sha1 NONE;
    0xc013 c"ECDHE-RSA-AES128-SHA"           c"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"            TLS1 Ecdhe    Rsa   Aes128           Sha1   Md5Sha1 FIPS;
    0xc014 c"ECDHE-RSA-AES256-SHA"           c"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"            TLS1 Ecdhe    Rsa   Aes256           Sha1   Md5Sha1 FIPS;
    0xc015 c"AECDH-NULL-SHA"                 c"TLS_ECDH_anon_WITH_NULL_SHA"                   TLS1 Ecdhe    Null  Null             Sha1   Md5Sha1 NONE;
    0xc018 c"AECDH-AES128-SHA"               c"TLS_ECDH_anon_WITH_AES_128_CBC_SHA"            TLS1 Ecdhe    Null  Aes128           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0xc019 c"AECDH-AES256-SHA"               c"TLS_ECDH_anon_WITH_AES_256_CBC_SHA"            TLS1 Ecdhe    Null  Aes256           Sha1   Md5Sha1 FIPS | NOT_DEFAULT;
    0xc01d c"SRP-AES-128-CBC-SHA"            c"TLS_SRP_SHA_WITH_AES_128_CBC_SHA"              SSL3  Srp      Srp   Aes128           Sha1   Md5Sha1 NONE;
    0xc01e c"SRP-RSA-AES-128-CBC-SHA"        c"TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA"          SSL3  Srp      Rsa   Aes128           Sha1   Md5Sha1 NONE;
    0xc01f c"SRP-DSS-AES-128-CBC-SHA"        c"TLS_SRP_SHA_DSS_WITH_AES_128_CBC_SHA"          SSL3  Srp      Dss   Aes128           Sha1   Md5Sha1 NOT_DEFAULT;
    0xc020 c"SRP-AES-256-CBC-SHA"            c"TLS_SRP_SHA_WITH_AES_256_CBC_SHA"              SSL3  Srp      Srp   Aes256           Sha1   Md5Sha1 NONE;
    0xc021 c"SRP-RSA-AES-256-CBC-SHA"        c"TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA"          SSL3  Srp      Rsa   Aes256           Sha1   Md5Sha1 NONE;
    0xc022 c"SRP-DSS-AES-256-CBC-SHA"        c"TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA"          SSL3  Srp      Dss   Aes256           Sha1   Md5Sha1 NOT_DEFAULT;
    0xc023 c"ECDHE-ECDSA-AES128-SHA256"      c"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"       TLS1_2 Ecdhe    Ecdsa Aes128           Sha256 Sha256  FIPS;
    0xc024 c"ECDHE-ECDSA-AES256-SHA384"      c"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"       TLS1_2 Ecdhe    Ecdsa Aes256           Sha384 Sha384  FIPS;
    0xc027 c"ECDHE-RSA-AES128-SHA256"        c"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"         TLS1_2 Ecdhe    Rsa   Aes128           Sha256 Sha256  FIPS;
    0xc028 c"ECDHE-RSA-AES256-SHA384"        c"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"         TLS1_2 Ecdhe    Rsa   Aes256           Sha384 Sha384  FIPS;
    0xc02b c"ECDHE-ECDSA-AES128-GCM-SHA256"  c"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"       TLS1_2 Ecdhe    Ecdsa Aes128Gcm        Aead   Sha256  FIPS | SUPPORTED;
    0xc02c c"ECDHE-ECDSA-AES256-GCM-SHA384"  c"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"       TLS1_2 Ecdhe    Ecdsa Aes256Gcm        Aead   Sha384  FIPS | SUPPORTED;
    0xc02f c"ECDHE-RSA-AES128-GCM-SHA256"    c"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"         TLS1_2 Ecdhe    Rsa   Aes128Gcm        Aead   Sha256  FIPS | SUPPORTED;
    0xc030 c"ECDHE-RSA-AES256-GCM-SHA384"    c"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"         TLS1_2 Ecdhe    Rsa   Aes256Gcm        Aead   Sha384  FIPS | SUPPORTED;
    0xc035 c"ECDHE-PSK-AES128-CBC-SHA"       c"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"            TLS1 EcdhePsk Psk   Aes128           Sha1   Md5Sha1 FIPS;
    0xc036 c"ECDHE-PSK-AES256-CBC-SHA"       c"TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA"            TLS1 EcdhePsk Psk   Aes256           Sha1   Md5Sha1 FIPS;
    0xc037 c"ECDHE-PSK-AES128-CBC-SHA256"    c"TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256"         TLS1 EcdhePsk Psk   Aes128           Sha256 Md5Sha1 FIPS;
    0xc038 c"ECDHE-PSK-AES256-CBC-SHA384"    c"TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384"         TLS1 EcdhePsk Psk   Aes256           Sha384 Sha384  FIPS;
    0xc039 c"ECDHE-PSK-NULL-SHA"             c"TLS_ECDHE_PSK_WITH_NULL_SHA"                   TLS1 EcdhePsk Psk   Null             Sha1   Md5Sha1 NONE;
    0xc03a c"ECDHE-PSK-NULL-SHA256"          c"TLS_ECDHE_PSK_WITH_NULL_SHA256"                TLS1 EcdhePsk Psk   Null             Sha256 Md5Sha1 NONE;
    0xc03b c"ECDHE-PSK-NULL-SHA384"          c"TLS_ECDHE_PSK_WITH_NULL_SHA384"                TLS1 EcdhePsk Psk   Null             Sha384 Sha384  NONE;
    0xc050 c"ARIA128-GCM-SHA256"             c"TLS_RSA_WITH_ARIA_128_GCM_SHA256"              TLS1_2 Rsa      Rsa   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc051 c"ARIA256-GCM-SHA384"             c"TLS_RSA_WITH_ARIA_256_GCM_SHA384"              TLS1_2 Rsa      Rsa   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc052 c"DHE-RSA-ARIA128-GCM-SHA256"     c"TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256"          TLS1_2 Dhe      Rsa   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc053 c"DHE-RSA-ARIA256-GCM-SHA384"     c"TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384"          TLS1_2 Dhe      Rsa   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc056 c"DHE-DSS-ARIA128-GCM-SHA256"     c"TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256"          TLS1_2 Dhe      Dss   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc057 c"DHE-DSS-ARIA256-GCM-SHA384"     c"TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384"          TLS1_2 Dhe      Dss   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc05c c"ECDHE-ECDSA-ARIA128-GCM-SHA256" c"TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256"      TLS1_2 Ecdhe    Ecdsa Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc05d c"ECDHE-ECDSA-ARIA256-GCM-SHA384" c"TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384"      TLS1_2 Ecdhe    Ecdsa Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc060 c"ECDHE-ARIA128-GCM-SHA256"       c"TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256"        TLS1_2 Ecdhe    Rsa   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc061 c"ECDHE-ARIA256-GCM-SHA384"       c"TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384"        TLS1_2 Ecdhe    Rsa   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc06a c"PSK-ARIA128-GCM-SHA256"         c"TLS_PSK_WITH_ARIA_128_GCM_SHA256"              TLS1_2 Psk      Psk   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc06b c"PSK-ARIA256-GCM-SHA384"         c"TLS_PSK_WITH_ARIA_256_GCM_SHA384"              TLS1_2 Psk      Psk   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc06c c"DHE-PSK-ARIA128-GCM-SHA256"     c"TLS_DHE_PSK_WITH_ARIA_128_GCM_SHA256"          TLS1_2 DhePsk   Psk   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc06d c"DHE-PSK-ARIA256-GCM-SHA384"     c"TLS_DHE_PSK_WITH_ARIA_256_GCM_SHA384"          TLS1_2 DhePsk   Psk   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc06e c"RSA-PSK-ARIA128-GCM-SHA256"     c"TLS_RSA_PSK_WITH_ARIA_128_GCM_SHA256"          TLS1_2 RsaPsk   Rsa   Aria128Gcm       Aead   Sha256  NOT_DEFAULT;
    0xc06f c"RSA-PSK-ARIA256-GCM-SHA384"     c"TLS_RSA_PSK_WITH_ARIA_256_GCM_SHA384"          TLS1_2 RsaPsk   Rsa   Aria256Gcm       Aead   Sha384  NOT_DEFAULT;
    0xc072 c"ECDHE-ECDSA-CAMELLIA128-SHA256" c"TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"  TLS1_2 Ecdhe    Ecdsa Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0xc073 c"ECDHE-ECDSA-CAMELLIA256-SHA384" c"TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384"  TLS1_2 Ecdhe    Ecdsa Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc076 c"ECDHE-RSA-CAMELLIA128-SHA256"   c"TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"    TLS1_2 Ecdhe    Rsa   Camellia128      Sha256 Sha256  NOT_DEFAULT;
    0xc077 c"ECDHE-RSA-CAMELLIA256-SHA384"   c"TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384"    TLS1_2 Ecdhe    Rsa   Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc094 c"PSK-CAMELLIA128-SHA256"         c"TLS_PSK_WITH_CAMELLIA_128_CBC_SHA256"          TLS1 Psk      Psk   Camellia128      Sha256 Md5Sha1 NOT_DEFAULT;
    0xc095 c"PSK-CAMELLIA256-SHA384"         c"TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384"          TLS1 Psk      Psk   Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc096 c"DHE-PSK-CAMELLIA128-SHA256"     c"TLS_DHE_PSK_WITH_CAMELLIA_128_CBC_SHA256"      TLS1 DhePsk   Psk   Camellia128      Sha256 Md5Sha1 NOT_DEFAULT;
    0xc097 c"DHE-PSK-CAMELLIA256-SHA384"     c"TLS_DHE_PSK_WITH_CAMELLIA_256_CBC_SHA384"      TLS1 DhePsk   Psk   Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc098 c"RSA-PSK-CAMELLIA128-SHA256"     c"TLS_RSA_PSK_WITH_CAMELLIA_128_CBC_SHA256"      TLS1 RsaPsk   Rsa   Camellia128      Sha256 Md5Sha1 NOT_DEFAULT;
    0xc099 c"RSA-PSK-CAMELLIA256-SHA384"     c"TLS_RSA_PSK_WITH_CAMELLIA_256_CBC_SHA384"      TLS1 RsaPsk   Rsa   Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc09a c"ECDHE-PSK-CAMELLIA128-SHA256"   c"TLS_ECDHE_PSK_WITH_CAMELLIA_128_CBC_SHA256"    TLS1 EcdhePsk Psk   Camellia128      Sha256 Md5Sha1 NOT_DEFAULT;
    0xc09b c"ECDHE-PSK-CAMELLIA256-SHA384"   c"TLS_ECDHE_PSK_WITH_CAMELLIA_256_CBC_SHA384"    TLS1 EcdhePsk Psk   Camellia256      Sha384 Sha384  NOT_DEFAULT;
    0xc09c c"AES128-CCM"                     c"TLS_RSA_WITH_AES_128_CCM"                      TLS1_2 Rsa      Rsa   Aes128Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc09d c"AES256-CCM"                     c"TLS_RSA_WITH_AES_256_CCM"                      TLS1_2 Rsa      Rsa   Aes256Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc09e c"DHE-RSA-AES128-CCM"             c"TLS_DHE_RSA_WITH_AES_128_CCM"                  TLS1_2 Dhe      Rsa   Aes128Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc09f c"DHE-RSA-AES256-CCM"             c"TLS_DHE_RSA_WITH_AES_256_CCM"                  TLS1_2 Dhe      Rsa   Aes256Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0a0 c"AES128-CCM8"                    c"TLS_RSA_WITH_AES_128_CCM_8"                    TLS1_2 Rsa      Rsa   Aes128Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0a1 c"AES256-CCM8"                    c"TLS_RSA_WITH_AES_256_CCM_8"                    TLS1_2 Rsa      Rsa   Aes256Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0a2 c"DHE-RSA-AES128-CCM8"            c"TLS_DHE_RSA_WITH_AES_128_CCM_8"                TLS1_2 Dhe      Rsa   Aes128Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0a3 c"DHE-RSA-AES256-CCM8"            c"TLS_DHE_RSA_WITH_AES_256_CCM_8"                TLS1_2 Dhe      Rsa   Aes256Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0a4 c"PSK-AES128-CCM"                 c"TLS_PSK_WITH_AES_128_CCM"                      TLS1_2 Psk      Psk   Aes128Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0a5 c"PSK-AES256-CCM"                 c"TLS_PSK_WITH_AES_256_CCM"                      TLS1_2 Psk      Psk   Aes256Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0a6 c"DHE-PSK-AES128-CCM"             c"TLS_DHE_PSK_WITH_AES_128_CCM"                  TLS1_2 DhePsk   Psk   Aes128Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0a7 c"DHE-PSK-AES256-CCM"             c"TLS_DHE_PSK_WITH_AES_256_CCM"                  TLS1_2 DhePsk   Psk   Aes256Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0a8 c"PSK-AES128-CCM8"                c"TLS_PSK_WITH_AES_128_CCM_8"                    TLS1_2 Psk      Psk   Aes128Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0a9 c"PSK-AES256-CCM8"                c"TLS_PSK_WITH_AES_256_CCM_8"                    TLS1_2 Psk      Psk   Aes256Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0aa c"DHE-PSK-AES128-CCM8"            c"TLS_PSK_DHE_WITH_AES_128_CCM_8"                TLS1_2 DhePsk   Psk   Aes128Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0ab c"DHE-PSK-AES256-CCM8"            c"TLS_PSK_DHE_WITH_AES_256_CCM_8"                TLS1_2 DhePsk   Psk   Aes256Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0ac c"ECDHE-ECDSA-AES128-CCM"         c"TLS_ECDHE_ECDSA_WITH_AES_128_CCM"              TLS1_2 Ecdhe    Ecdsa Aes128Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0ad c"ECDHE-ECDSA-AES256-CCM"         c"TLS_ECDHE_ECDSA_WITH_AES_256_CCM"              TLS1_2 Ecdhe    Ecdsa Aes256Ccm        Aead   Sha256  NOT_DEFAULT;
    0xc0ae c"ECDHE-ECDSA-AES128-CCM8"        c"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"            TLS1_2 Ecdhe    Ecdsa Aes128Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xc0af c"ECDHE-ECDSA-AES256-CCM8"        c"TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"            TLS1_2 Ecdhe    Ecdsa Aes256Ccm8       Aead   Sha256  NOT_DEFAULT;
    0xcca8 c"ECDHE-RSA-CHACHA20-POLY1305"    c"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"   TLS1_2 Ecdhe    Rsa   ChaCha20Poly1305 Aead   Sha256  SUPPORTED;
    0xcca9 c"ECDHE-ECDSA-CHACHA20-POLY1305"  c"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" TLS1_2 Ecdhe    Ecdsa ChaCha20Poly1305 Aead   Sha256  SUPPORTED;
    0xccaa c"DHE-RSA-CHACHA20-POLY1305"      c"TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"     TLS1_2 Dhe      Rsa   ChaCha20Poly1305 Aead   Sha256  NONE;
    0xccab c"PSK-CHACHA20-POLY1305"          c"TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"         TLS1_2 Psk      Psk   ChaCha20Poly1305 Aead   Sha256  NONE;
    0xccac c"ECDHE-PSK-CHACHA20-POLY1305"    c"TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"   TLS1_2 EcdhePsk Psk   ChaCha20Poly1305 Aead   Sha256  NONE;
    0xccad c"DHE-PSK-CHACHA20-POLY1305"      c"TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256"     TLS1_2 DhePsk   Psk   ChaCha20Poly1305 Aead   Sha256  NONE;
    0xccae c"RSA-PSK-CHACHA20-POLY1305"      c"TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256"     TLS1_2 RsaPsk   Rsa   ChaCha20Poly1305 Aead   Sha256  NONE;
}
