//! Commands that read certificates, keys and names of authorities.

use std::ffi::CStr;
use std::sync::Arc;

use super::Configuration;
use super::target::Configured;
use crate::context::CredentialHolder;
use crate::error::{Error, Reason, Result};
use crate::flags::CommandFlags;
use crate::libcrypto::dh_parameters;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::NameStack;
use crate::libcrypto::pem_file::FileFormat;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::store::Store;

impl Configured {
    fn credential_holder(&self) -> Option<&dyn CredentialHolder> {
        match self {
            Self::Nothing => None,
            Self::Context(context) => Some(&**context),
            Self::Connection(connection) => Some(&**connection),
        }
    }
}

/// `Certificate`: the certificate and its issuers, in PEM.
pub fn certificate(configuration: &Configuration, path: &CStr) -> Result<()> {
    let configured = configuration.configured();
    let Some(holder) = configured.credential_holder() else {
        return Ok(());
    };
    holder.use_chain_file(path)?;
    if configuration.allows(CommandFlags::REQUIRE_PRIVATE)
        && let Some(slot) = holder.current_settings().credentials.current_number()
    {
        let mut files = configuration.certificate_files.borrow_mut();
        files.insert(slot, path.to_owned());
    }
    Ok(())
}

/// `PrivateKey`: in PEM.
pub fn private_key(configuration: &Configuration, path: &CStr) -> Result<()> {
    let configured = configuration.configured();
    let Some(holder) = configured.credential_holder() else {
        return Ok(());
    };
    let password = holder.current_settings().key_password();
    holder.use_private_key(&PrivateKey::from_file(
        &holder.library(),
        path,
        FileFormat::Pem,
        password,
    )?)
}

impl Configuration {
    /// Certificates without a key get the one in their own file.
    pub(super) fn load_missing_keys(&self) -> Result<()> {
        let Some(settings) = self.configured().settings() else {
            return Ok(());
        };
        let files = self.certificate_files.borrow().clone();
        for (number, slot) in settings.credentials.filled() {
            if let (None, Some(path)) = (&slot.key, files.get(&number)) {
                private_key(self, path)?;
            }
        }
        Ok(())
    }
}

/// `ServerInfoFile`: further extensions of a server, which the engine cannot send.
pub fn server_info(configuration: &Configuration, _path: &CStr) -> Result<()> {
    match configuration.configured() {
        Configured::Context(_) => Err(Error::with(
            Reason::UNSUPPORTED,
            "Reprise cannot send the extensions of a serverinfo file",
        )),
        // OpenSSL does nothing for these.
        Configured::Nothing | Configured::Connection(_) => Ok(()),
    }
}

/// `DHParameters`: the file is read and checked, and has no effect, as DHE is never used.
pub fn dh_parameters(configuration: &Configuration, path: &CStr) -> Result<()> {
    let configured = configuration.configured();
    if configured.is_some() {
        dh_parameters::check_file(&configured.library(), path)
    } else {
        Ok(())
    }
}

/// `ChainCAFile`
pub fn chain_file(configuration: &Configuration, path: &CStr) -> Result<()> {
    load(chain_source, configuration, |store, library| {
        store.load_file(library, path)
    })
}

/// `ChainCAPath`
pub fn chain_directory(configuration: &Configuration, path: &CStr) -> Result<()> {
    load(chain_source, configuration, |store, _| {
        store.load_path(path)
    })
}

/// `ChainCAStore`
pub fn chain_store(configuration: &Configuration, uri: &CStr) -> Result<()> {
    load(chain_source, configuration, |store, library| {
        store.load_store(library, uri)
    })
}

/// `VerifyCAFile`
pub fn verify_file(configuration: &Configuration, path: &CStr) -> Result<()> {
    load(verify_source, configuration, |store, library| {
        store.load_file(library, path)
    })
}

/// `VerifyCAPath`
pub fn verify_directory(configuration: &Configuration, path: &CStr) -> Result<()> {
    load(verify_source, configuration, |store, _| {
        store.load_path(path)
    })
}

/// `VerifyCAStore`
pub fn verify_store(configuration: &Configuration, uri: &CStr) -> Result<()> {
    load(verify_source, configuration, |store, library| {
        store.load_store(library, uri)
    })
}

/// Loads certificates into the store that `source` returns.
fn load(
    source: impl FnOnce(&Configuration) -> Option<Result<Store>>,
    configuration: &Configuration,
    add: impl FnOnce(&Store, &LibraryContext) -> Result<()>,
) -> Result<()> {
    match source(configuration) {
        None => Ok(()),
        Some(store) => add(&store?, &configuration.configured().library()),
    }
}

/// The store from which own chains are completed; made if there is none. As in OpenSSL it stays if
/// nothing can be loaded into it, and then chains are not completed. `None` without a target.
fn chain_source(configuration: &Configuration) -> Option<Result<Store>> {
    let configured = configuration.configured();
    let settings = configured.settings()?;
    let store = store_or_new(settings.chain_store.as_ref());
    if let Ok(store) = &store {
        configured.change(|settings| {
            settings.chain_store = Some(store.clone());
            Arc::make_mut(&mut settings.credentials).forget_prepared();
        });
    }
    Some(store)
}

/// The store that peers are verified against; made and kept in the same way. If nothing can be
/// loaded into it, no peer is trusted.
fn verify_source(configuration: &Configuration) -> Option<Result<Store>> {
    let configured = configuration.configured();
    let settings = configured.settings()?;
    let store = store_or_new(settings.verify_store.as_ref());
    if let Ok(store) = &store {
        configured.change(|settings| settings.verify_store = Some(store.clone()));
    }
    Some(store)
}

fn store_or_new(store: Option<&Store>) -> Result<Store> {
    match store {
        Some(store) => Ok(store.clone()),
        None => Store::new(),
    }
}

/// `RequestCAFile`, `ClientCAFile`
pub fn names_of_file(configuration: &Configuration, path: &CStr) -> Result<()> {
    add_names(configuration, |names| names.add_file(path))
}

/// `RequestCAPath`, `ClientCAPath`
pub fn names_of_directory(configuration: &Configuration, path: &CStr) -> Result<()> {
    add_names(configuration, |names| names.add_directory(path))
}

/// `RequestCAStore`, `ClientCAStore`
pub fn names_of_store(configuration: &Configuration, uri: &CStr) -> Result<()> {
    add_names(configuration, |names| names.add_store(uri))
}

/// Adds to the names that `finish` will set. If nothing can be read, it sets an empty list.
fn add_names(
    configuration: &Configuration,
    add: impl FnOnce(&mut NameStack) -> Result<()>,
) -> Result<()> {
    let collected = configuration.names.take();
    let mut names = collected.map_or_else(NameStack::new, Ok)?;
    let result = add(&mut names);
    configuration.names.replace(Some(names));
    result
}
