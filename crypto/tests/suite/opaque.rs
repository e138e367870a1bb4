//! Keys can't be printed, copied or compared: it does not compile.

use cartable_crypto::{
    AppPassword, ChunkCipher, ChunkRef, Code, DatabaseKey, Keyring, Passphrase, RecordCipher, Secret, SpaceKey,
    SpaceKeys, StateKey, WrapSecret,
};

/// Fails to compile when the type has the trait: the call below would then have two meanings.
macro_rules! lacks {
    ($type:ty: $($trait:path),+) => {$({
        trait Ambiguous<A> { fn check() {} }
        impl<T: ?Sized> Ambiguous<()> for T {}
        struct Has;
        impl<T: ?Sized + $trait> Ambiguous<Has> for T {}
        <$type as Ambiguous<_>>::check();
    })+};
}

macro_rules! opaque {
    ($($type:ty),+ $(,)?) => {$(lacks!($type: std::fmt::Debug, std::fmt::Display, Clone, Default, PartialEq, serde::Serialize);)+};
}

#[test]
fn keys_are_opaque() {
    opaque!(
        AppPassword,
        ChunkCipher,
        ChunkRef,
        Code,
        DatabaseKey,
        Keyring,
        Passphrase,
        RecordCipher,
        Secret,
        SpaceKey,
        SpaceKeys,
        StateKey,
        WrapSecret,
    );
}

#[test]
fn ciphers_can_be_shared_among_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<SpaceKeys>();
    shared::<Keyring>();
}
