//! What is signed of a certificate, and its signature.

use der::asn1::{AnyRef, BitStringRef};
use der::{Reader, SliceReader, Tag, TagNumber};

/// A key on P-256 or P-384.
pub struct EcdsaKey {
    /// The content of its AlgorithmIdentifier (RFC 5280, section 4.1.1.2).
    pub algorithm: &'static [u8],
    /// Its uncompressed point (SEC 1, section 2.3.3).
    pub point: Box<[u8]>,
}

/// An ECDSA signature of a certificate, to be verified.
pub struct CertificateSignature<'a> {
    /// The issuer's key.
    pub key: &'a EcdsaKey,
    /// The content of the AlgorithmIdentifier of the signature, DER.
    pub algorithm: &'a [u8],
    /// What is signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// Verifies a signature. True only if libcrypto would find it valid.
pub type SignatureCheck = fn(&CertificateSignature<'_>) -> bool;

impl<'a> CertificateSignature<'a> {
    /// The signature in a certificate, DER (RFC 5280, section 4.1). `None` when the certificate does
    /// not name the same algorithm twice, or is malformed.
    pub fn of(certificate: &'a [u8], key: &'a EcdsaKey) -> Option<Self> {
        let (message, algorithm, signature) = parts(certificate).ok()?;
        (signed_algorithm(message).ok()? == algorithm).then_some(())?;
        Some(Self {
            key,
            algorithm: algorithm.value(),
            message,
            signature: signature.as_bytes()?,
        })
    }
}

/// tbsCertificate, signatureAlgorithm and signatureValue.
fn parts(certificate: &[u8]) -> der::Result<(&[u8], AnyRef<'_>, BitStringRef<'_>)> {
    let mut reader = SliceReader::new(certificate)?;
    let parts = reader.sequence(|reader| {
        let message = reader.tlv_bytes()?;
        Ok((message, sequence(reader)?, reader.decode()?))
    })?;
    reader.finish(parts)
}

/// The algorithm that is named in what is signed.
fn signed_algorithm(message: &[u8]) -> der::Result<AnyRef<'_>> {
    let version = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber::N0,
    };
    SliceReader::new(message)?.sequence(|reader| {
        if reader.peek_tag()? == version {
            reader.tlv_bytes()?;
        }
        let _serial_number = reader.tlv_bytes()?;
        let algorithm = sequence(reader)?;
        reader.read_slice(reader.remaining_len())?;
        Ok(algorithm)
    })
}

fn sequence<'a>(reader: &mut impl Reader<'a>) -> der::Result<AnyRef<'a>> {
    let any: AnyRef<'a> = reader.decode()?;
    der::Tagged::tag(&any).assert_eq(Tag::Sequence)?;
    Ok(any)
}
