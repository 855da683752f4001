//! (see the modules below)
