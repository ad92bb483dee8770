//! Operations on whole arrays: shapes, reductions, indexing, joining, linear algebra.
//!
//! Each is a payload with its value and its rule, listed in [`crate::op`], and a method with a
//! `try_` twin. What can be composed of others without loss is.

pub(crate) mod arguments;
pub(crate) mod index;
pub(crate) mod join;
pub(crate) mod linalg;
pub(crate) mod reduce;
pub(crate) mod shape;

/// Defines methods in pairs: `name` panics with the text of the error that `try_name` returns.
macro_rules! twins {
    ($(
        $(#[$meta:meta])*
        fn $name:ident / $try_name:ident(&$self:ident $(, $arg:ident: $ty:ty)* $(,)?) -> $ret:ty $body:block
    )+) => {
        impl $crate::variable::Variable {$(
            $(#[$meta])*
            ///
            /// # Panics
            ///
            #[doc = concat!("Where [`", stringify!($try_name), "`](Self::", stringify!($try_name), ") gives an error.")]
            #[track_caller]
            #[must_use]
            pub fn $name(&$self $(, $arg: $ty)*) -> $ret {
                $crate::operators::panicking($self.$try_name($($arg),*))
            }

            #[doc = concat!("[`", stringify!($name), "`](Self::", stringify!($name), "), or why it cannot be.")]
            ///
            /// # Errors
            ///
            /// If shapes, dtypes, axes or indices do not fit, named in the error with the line.
            #[track_caller]
            pub fn $try_name(&$self $(, $arg: $ty)*) -> $crate::Result<$ret> $body
        )+}
    };
}
pub(crate) use twins;
