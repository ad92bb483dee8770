//! Light or dark.

/// What a picture is drawn on.
///
/// The colours of both can be told apart by people with any colour vision.
///
/// ```
/// use dezero_viz::Theme;
///
/// assert_eq!(Theme::default(), Theme::Light);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on white: for paper and bright pages.
    #[default]
    Light,
    /// Light ink on dark blue: for dark pages and projectors.
    Dark,
}
