//! Setting certificates and keys of a context or a connection (SSL_CTX_use_certificate(3)).

use std::ffi::CStr;
use std::sync::Arc;

use super::{Credentials, FormerChain, LentChains, Position, Settings};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::libcrypto::{error_queue, pem_file};

/// A context or a connection. A call that fails changes nothing.
pub trait CredentialHolder {
    /// Provides the algorithms of certificates and keys that are read.
    fn library(&self) -> LibraryContext;

    /// The settings as they are now.
    fn current_settings(&self) -> Arc<Settings>;

    /// Replaces the credentials by the result of `change`; keeps them when it fails. `change` is
    /// called again if another thread has changed them first.
    fn change_credentials(&self, change: &dyn Fn(&mut Credentials) -> Result<()>) -> Result<()>;

    /// Runs `work` on the lent chains. `work` must not call the program.
    fn with_lent_chains(&self, work: &mut dyn FnMut(&mut LentChains));

    /// The list that is lent to C for a chain: see [`LentChains::lend`].
    fn lend_chain(
        &self,
        place: usize,
        chain: &Arc<X509Chain>,
    ) -> Result<*mut openssl_sys::stack_st_X509> {
        let mut lent = Err(Error::Silent);
        self.with_lent_chains(&mut |chains| lent = chains.lend(place, chain));
        let (list, former) = lent?;
        drop(former);
        Ok(list)
    }

    /// Called when a chain was replaced: see [`LentChains::follow`].
    fn lent_chain_follows(&self, place: usize, chain: Option<&Arc<X509Chain>>) -> Result<()> {
        let mut former: Result<FormerChain> = Ok(None);
        self.with_lent_chains(&mut |chains| former = chains.follow(place, chain));
        former.map(drop)
    }

    /// Whether the security level permits one of our certificates. The program's security callback
    /// may run.
    fn check_strength(&self, certificate: &X509, position: Position) -> Result<()>;

    /// `SSL_CTX_use_certificate`
    fn use_certificate(&self, certificate: &X509) -> Result<()> {
        self.check_strength(certificate, Position::Leaf)?;
        self.change_credentials(&|credentials| credentials.set_certificate(certificate.clone()))
    }

    /// `SSL_CTX_use_PrivateKey`
    fn use_private_key(&self, key: &PrivateKey) -> Result<()> {
        self.change_credentials(&|credentials| credentials.set_key(key.clone()))
    }

    /// Sets the chain of the current slot; removes it if `issuers` is empty.
    fn use_chain(&self, issuers: Vec<X509>) -> Result<()> {
        for issuer in &issuers {
            self.check_strength(issuer, Position::Issuer)?;
        }
        let chain = if issuers.is_empty() {
            None
        } else {
            Some(Arc::new(X509Chain::from_items(issuers)?))
        };
        self.change_credentials(&|credentials| {
            let slot = credentials
                .current_mut()
                .ok_or_else(|| Error::new(Reason::NO_CERTIFICATE_ASSIGNED))?;
            slot.chain = chain.clone();
            Ok(())
        })
    }

    /// `SSL_CTX_use_certificate_chain_file`: the certificate and its issuers, in PEM.
    fn use_chain_file(&self, path: &CStr) -> Result<()> {
        error_queue::clear();
        let password = self.current_settings().key_password();
        let (library, file) = (self.library(), pem_file::open(path)?);
        self.use_certificate(&pem_file::leaf(&library, &file, password)?)?;
        self.use_chain(Vec::new())?;
        self.use_chain(pem_file::rest(&library, &file, password)?)
    }

    /// `SSL_CTX_use_cert_and_key`: without a key, the certificate's public key is used in its
    /// place.
    fn use_all(
        &self,
        certificate: &X509,
        key: Option<&PrivateKey>,
        chain: Option<X509Chain>,
        overwrite: bool,
    ) -> Result<()> {
        self.check_strength(certificate, Position::Leaf)?;
        for issuer in chain.iter().flat_map(X509Chain::iter) {
            self.check_strength(&issuer, Position::Issuer)?;
        }
        let public = PrivateKey::public_of(certificate)?;
        if let Some(key) = key
            && !key.is_same(&public)
        {
            return Err(Error::new(Reason::PRIVATE_KEY_MISMATCH));
        }
        let key = key.unwrap_or(&public);
        let chain = chain.map(Arc::new);
        self.change_credentials(&|credentials| {
            credentials.set_all(certificate, key, chain.clone(), overwrite)
        })
    }
}
