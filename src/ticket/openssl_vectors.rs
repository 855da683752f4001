//! Tickets that OpenSSL 3.0's libssl sealed, with the keys 00 01 02 … 4f.
//!
//! The server's id context was "vector". The master key (TLS 1.3: the resumption PSK) is what the
//! client's `SSL_SESSION_get_master_key` returned for the same session.

/// A ticket and its expected content.
pub struct Vector {
    /// As the client received it, in hexadecimal.
    pub ticket: &'static str,
    /// `SSL_SESSION_get_master_key`, in hexadecimal.
    pub master_key: &'static str,
}

/// TLS 1.2, ECDHE-ECDSA-AES256-GCM-SHA384.
pub const TLS12: Vector = Vector {
    ticket: "\
        000102030405060708090a0b0c0d0e0f8728e90aaabdf1c2ab07a0667d17edf20a87a81ab735c850\
        9bb38e3242eb545034b4f9324432e91c87b08ad7ece515dc7b0b97f454083d7e5d647016501ffbf1\
        05b59958503be8d69b555c38e6b316014f8258d6a307983c2b4211f1ad9ef3eb47ce1855118bf981\
        8023564da24ae00720e71a258404f361c7550a504f2bc6a46b43df69481f71257dde3891f608fa98\
        fd7af394b78e5d4f59a3e5317575d8c9",
    master_key: "\
        ba9dc7639f150ba9d9a9008ec2c805d60626e34839dee16ab95d8b6fe0c2a810fd48d75498132f44\
        e4128ecc1d36dc24",
};

/// TLS 1.3, TLS_AES_256_GCM_SHA384.
pub const TLS13: Vector = Vector {
    ticket: "\
        000102030405060708090a0b0c0d0e0f1bb33d51c1e58bbd2aa2c9a03bd199349445b8bb33cf7cc8\
        dd11652d3914ef1a531db4a1c6365ac8505a73a4685891b6a8df37671d644c1dc7603700f44d4bc4\
        3da1e9c7f13d1deb0eb1fb71ab4d222a98516c4ac356100ea00054e0f7ef8897d8edb2fdf4025121\
        02e55d84d4fd4a0ae924274c7a662714ccccdf688db83223615c1cda517f42a560943704bcb3ffb2\
        aa29f60746ee084bab99c3b1764864118711d39aabf2e1866bc887a5f3fdc0faf43ed474c012f375\
        c7de21642c3028ca",
    master_key: "\
        a91daccfe8d8ad5c1e3fd70c68a9e0ad7771244377e0b48d35d1cf0a5f00fce90fc8c5b6309dbc18\
        e2de9d642cec2f25",
};
