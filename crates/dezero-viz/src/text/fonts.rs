//! Which font draws a character in PNG and PDF: those that are embedded first, whatever family the
//! picture asks for, then what the system has.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ttf_parser::Face;
use usvg::fontdb::{Database, FaceInfo, ID, Source, Style, Weight};
use usvg::{FontFamily, FontResolver};

use super::{FILES, faces};

/// The name of the first of the embedded fonts.
pub(crate) const FAMILY: &str = "Dezero Sans";

/// A font that is not the first, displayed as the family that [`resolver`] knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// Of the embedded fonts, by position.
    Own(usize),
    /// Of the fonts of the system, by position in their order.
    System(usize),
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(at) => write!(f, "dezero-own-{at}"),
            Self::System(at) => write!(f, "dezero-system-{at}"),
        }
    }
}

impl Other {
    fn from_family(name: &str) -> Option<Self> {
        let at = |prefix| name.strip_prefix(prefix)?.parse().ok();
        at("dezero-own-")
            .map(Self::Own)
            .or_else(|| at("dezero-system-").map(Self::System))
    }
}

/// The embedded fonts.
pub(crate) fn embedded() -> Arc<Database> {
    static EMBEDDED: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        for file in FILES {
            fonts.load_font_source(Source::Binary(Arc::new(*file)));
        }
        Arc::new(fonts)
    };
    EMBEDDED.get_or_init(load).clone()
}

/// The font of a character that the first font lacks. None if the first font has it, or if no font
/// has: then it becomes the box that the first font draws for what it lacks.
pub(crate) fn other_than_first(c: char) -> Option<Other> {
    let has = |face: &Face<'_>| face.glyph_index(c).is_some();
    match faces().iter().position(has) {
        Some(0) => None,
        Some(at) => Some(Other::Own(at)),
        None if c.is_whitespace() || c.is_control() || super::is_invisible(c) => None,
        None => system().find(c).map(Other::System),
    }
}

/// Draws with the embedded fonts, so that text is as wide as it was measured to be; with others where
/// they are named, and in texts that are too long to be divided.
pub(crate) fn resolver() -> FontResolver<'static> {
    FontResolver {
        select_font: Box::new(|font, fonts| {
            let other = font.families().iter().find_map(|family| match family {
                FontFamily::Named(name) => Other::from_family(name),
                _ => None,
            });
            let id = other.and_then(|other| get(other, fonts));
            id.or_else(|| fonts.faces().next().map(|face| face.id))
        }),
        select_fallback: Box::new(|c, used, fonts| {
            let id = get(other_than_first(c)?, fonts)?;
            // A font that has the character and did not draw it would be asked for ever.
            (!used.contains(&id)).then_some(id)
        }),
    }
}

/// A font among those of a picture, which it becomes one of if it is not.
fn get(other: Other, fonts: &mut Arc<Database>) -> Option<ID> {
    match other {
        Other::Own(at) => fonts.faces().nth(at).map(|face| face.id),
        Other::System(at) => {
            let face = system().face(at)?;
            let is_it = |there: &&FaceInfo| {
                there.post_script_name == face.post_script_name && there.index == face.index
            };
            let there = fonts.faces().find(is_it).map(|there| there.id);
            Some(there.unwrap_or_else(|| Arc::make_mut(fonts).push_face_info(face)))
        }
    }
}

/// The fonts of the system, which are looked for when one is needed.
struct System {
    fonts: Database,
    /// Plain styles first, then by name, so that the same font is found each time.
    order: Vec<ID>,
    found: BTreeMap<char, Option<usize>>,
}

fn system() -> MutexGuard<'static, System> {
    static SYSTEM: OnceLock<Mutex<System>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        let mut faces: Vec<&FaceInfo> = fonts.faces().collect();
        faces.sort_by_key(|face| {
            let strength = face.weight.0.abs_diff(Weight::NORMAL.0);
            (
                face.style != Style::Normal,
                strength,
                &face.post_script_name,
            )
        });
        Mutex::new(System {
            order: faces.into_iter().map(|face| face.id).collect(),
            found: BTreeMap::new(),
            fonts,
        })
    };
    let system = SYSTEM.get_or_init(load).lock();
    system.unwrap_or_else(PoisonError::into_inner)
}

impl System {
    /// The position of a font that has a character.
    fn find(&mut self, c: char) -> Option<usize> {
        let fonts = &self.fonts;
        let has = |data: &[u8], index| Face::parse(data, index).ok()?.glyph_index(c);
        let has = |&id: &ID| fonts.with_face_data(id, has).flatten().is_some();
        let find = || self.order.iter().position(has);
        *self.found.entry(c).or_insert_with(find)
    }

    fn face(&self, at: usize) -> Option<FaceInfo> {
        self.fonts.face(*self.order.get(at)?).cloned()
    }
}
