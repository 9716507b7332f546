//! Signed pkgs are notarized and stapled, against an emulation of Apple's services that checks what it is sent.

mod everybody;
mod limit;
mod packages;
mod restarts;
mod world;
