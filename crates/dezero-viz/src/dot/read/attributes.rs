//! Attributes of graphs, nodes and edges: those that are drawn, by name, and their values. What is not
//! in the list is passed over.

use std::rc::Rc;

use super::lexer::Id;

/// What attributes belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Graph,
    Node,
    Edge,
}

macro_rules! names {
    ($($key:ident $name:literal $($kind:ident)*;)*) => {
        /// An attribute that is drawn.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Key {
            $($key,)*
        }

        impl Key {
            /// The attribute of that name, where objects of that kind have it.
            pub(super) fn of(kind: Kind, name: &str) -> Option<Self> {
                match name {
                    $($name => [$(Kind::$kind),*].contains(&kind).then_some(Self::$key),)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    ArrowHead "arrowhead" Edge;
    ArrowSize "arrowsize" Edge;
    ArrowTail "arrowtail" Edge;
    BackgroundColour "bgcolor" Graph;
    Charset "charset" Graph;
    Cluster "cluster" Graph;
    Colour "color" Graph Node Edge;
    ColourScheme "colorscheme" Graph Node Edge;
    Constraint "constraint" Edge;
    Direction "dir" Edge;
    FillColour "fillcolor" Graph Node;
    FixedSize "fixedsize" Node;
    FontColour "fontcolor" Graph Node Edge;
    FontSize "fontsize" Graph Node Edge;
    Height "height" Node;
    Identity "key" Edge;
    Label "label" Graph Node Edge;
    Margin "margin" Node;
    NodeDistance "nodesep" Graph;
    OuterLabel "xlabel" Node Edge;
    Outlines "peripheries" Graph Node;
    PenColour "pencolor" Graph;
    PenWidth "penwidth" Graph Node Edge;
    Rank "rank" Graph;
    RankDirection "rankdir" Graph;
    RankDistance "ranksep" Graph;
    Shape "shape" Node;
    Style "style" Graph Node Edge;
    Tooltip "tooltip" Graph Node Edge;
    Weight "weight" Edge;
    Width "width" Node;
}

impl Key {
    /// Whether the value is a text to be shown, which may be long.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Label | Self::OuterLabel | Self::Tooltip)
    }
}

/// A value as it was written; text that is HTML-like is read otherwise than other text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Value {
    pub(super) text: Rc<str>,
    pub(super) is_html: bool,
}

impl From<Id<'_>> for Value {
    fn from(id: Id<'_>) -> Self {
        Self {
            text: id.text.into(),
            is_html: id.is_html,
        }
    }
}

/// Values by attribute, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(Vec<(Key, Value)>);

impl Attributes {
    pub(super) fn get(&self, key: Key) -> Option<&Value> {
        let at = self.0.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        Some(&self.0[at].1)
    }

    pub(super) fn set(&mut self, key: Key, value: Value) {
        match self.0.binary_search_by_key(&key, |&(key, _)| key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// What `others` say holds from now on.
    pub(super) fn set_all(&mut self, others: &Self) {
        for (key, value) in &others.0 {
            self.set(*key, value.clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The attributes of one node or edge: its own, and the defaults that held where it was first named.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub(super) own: Rc<Attributes>,
    pub(super) defaults: Rc<Attributes>,
}

/// Where values are looked up. A value of an attribute that is set to nothing is `Some("")`.
pub(super) trait Lookup {
    fn value(&self, key: Key) -> Option<&Value>;

    /// The value without white space around it; empty where nothing is said.
    fn text(&self, key: Key) -> &str {
        self.value(key).map_or("", |value| value.text.trim())
    }

    /// The number that the value begins with, within bounds. As C's `atof` takes it, which Graphviz
    /// uses: `12pt` is 12.
    fn number(&self, key: Key, least: f64, most: f64) -> Option<f64> {
        Some(leading_number(self.text(key))?.clamp(least, most))
    }

    /// `true`, `yes`, or a number other than 0, in any case, as the manual's type bool.
    fn is_true(&self, key: Key) -> Option<bool> {
        let text = self.text(key);
        if text.is_empty() {
            return None;
        }
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        Some(is("true") || is("yes") || leading_number(text).is_some_and(|number| number != 0.0))
    }
}

impl Lookup for Attributes {
    fn value(&self, key: Key) -> Option<&Value> {
        self.get(key)
    }
}

impl Lookup for Layers {
    fn value(&self, key: Key) -> Option<&Value> {
        self.own.get(key).or_else(|| self.defaults.get(key))
    }
}

/// The decimal number at the beginning; never infinite and never NaN.
pub(super) fn leading_number(text: &str) -> Option<f64> {
    /// Of a number that is worth reading, in bytes.
    const LONGEST: usize = 40;
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let mut has_digit = false;
    let mut has_point = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => has_digit = true,
            b'.' if !has_point => has_point = true,
            _ => break,
        }
        at += 1;
    }
    if !has_digit || at > LONGEST {
        return None;
    }
    if let [b'e' | b'E', rest @ ..] = &bytes[at..] {
        let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
        let digits = rest[sign..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if (1..=3).contains(&digits) {
            at += 1 + sign + digits;
        }
    }
    text[..at]
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_the_beginning_count() {
        for (text, number) in [
            ("12", Some(12.0)),
            ("-.5", Some(-0.5)),
            ("14pt", Some(14.0)),
            ("1.2 equally", Some(1.2)),
            ("1e2x", Some(100.0)),
            ("3em", Some(3.0)),
            ("1e999", None),
            ("nan", None),
            ("inf", None),
            (".", None),
            ("", None),
            ("1.2.3", Some(1.2)),
        ] {
            assert_eq!(leading_number(text), number, "{text}");
        }
    }

    #[test]
    fn names_belong_to_kinds() {
        assert_eq!(Key::of(Kind::Node, "shape"), Some(Key::Shape));
        assert_eq!(Key::of(Kind::Edge, "shape"), None);
        assert_eq!(Key::of(Kind::Node, "URL"), None);
        // Graphviz's names are in lower case.
        assert_eq!(Key::of(Kind::Node, "Shape"), None);
    }

    #[test]
    fn own_attributes_hide_defaults_even_when_empty() {
        let value = |text: &str| Value {
            text: text.into(),
            is_html: false,
        };
        let mut layers = Layers::default();
        Rc::make_mut(&mut layers.defaults).set(Key::Style, value("filled"));
        Rc::make_mut(&mut layers.defaults).set(Key::Colour, value("red"));
        Rc::make_mut(&mut layers.own).set(Key::Style, value(""));
        assert_eq!(layers.text(Key::Style), "");
        assert_eq!(layers.text(Key::Colour), "red");
    }
}
