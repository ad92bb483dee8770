//! A page that explores a diagram.

use crate::diagram::Diagram;
use crate::svg::Placed;

/// The colours of a drawing in the light and in the dark theme.
#[derive(Clone, Debug, Default)]
pub(crate) struct Palette {
    pub(crate) rules: Vec<(String, String, String)>,
}

/// The page of a diagram.
pub(crate) fn page(diagram: &Diagram, _palette: Option<&Palette>) -> String {
    Placed::new(diagram).svg()
}
