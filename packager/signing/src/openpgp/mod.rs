//! Detached OpenPGP signatures, of version 4 (RFC 9580).
//!
//! rPGP reads keys, checks their own signatures and writes packets; AWS-LC computes with the secrets. Only RSA from 2048
//! bits and Ed25519 in the form that gpg makes (`EdDSALegacy`) are taken: every gpg that debsig-verify may run can check
//! these. Signatures are over SHA-256, which processors compute fastest, and which packages are named by anyway.

mod algorithm;
mod binding;
mod candidate;
mod packet;
mod private_key;
mod read;
mod signer;
mod validity;

pub use signer::OpenPgpSigner;

#[cfg(test)]
mod tests;
