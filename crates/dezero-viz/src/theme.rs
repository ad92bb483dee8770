//! Light or dark.

/// The colours of a picture: dark on light, or light on dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// For paper, and light pages.
    #[default]
    Light,
    /// For dark pages.
    Dark,
}
