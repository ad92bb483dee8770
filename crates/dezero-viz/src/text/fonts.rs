//! Which font draws a character in PNG and PDF: those that are embedded first, whatever family the
//! picture asks for, then what the system has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ttf_parser::Face;
use usvg::FontResolver;
use usvg::fontdb::{Database, FaceInfo, ID, Source, Style, Weight};

use super::FILES;

/// The name of the first of the embedded fonts.
pub(crate) const FAMILY: &str = "Dezero Sans";

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

/// Draws with the embedded fonts, so that text is as wide as it was measured to be, and with those of
/// the system what these lack. A character that no font has becomes the box of the first font.
pub(crate) fn resolver() -> FontResolver<'static> {
    FontResolver {
        select_font: Box::new(|_, fonts| fonts.faces().next().map(|face| face.id)),
        select_fallback: Box::new(|c, used, fonts| {
            let own = fonts
                .faces()
                .map(|face| face.id)
                .find(|&id| !used.contains(&id) && has_char(fonts, id, c));
            own.or_else(|| {
                let face = of_the_system(c)?;
                let id = Arc::make_mut(fonts).push_face_info(face);
                // A font that has the character and still did not draw it would be asked for ever.
                (!used.iter().any(|&other| is_same(fonts, other, id))).then_some(id)
            })
        }),
    }
}

fn has_char(fonts: &Database, id: ID, c: char) -> bool {
    let has = |data: &[u8], index| Face::parse(data, index).ok()?.glyph_index(c);
    fonts.with_face_data(id, has).flatten().is_some()
}

fn is_same(fonts: &Database, one: ID, other: ID) -> bool {
    match (fonts.face(one), fonts.face(other)) {
        (Some(one), Some(other)) => {
            one.post_script_name == other.post_script_name && one.index == other.index
        }
        _ => false,
    }
}

/// A font of the system that has a character. The same one is found each time: plain styles first,
/// then by name.
fn of_the_system(c: char) -> Option<FaceInfo> {
    struct System {
        fonts: Database,
        order: Vec<ID>,
        found: BTreeMap<char, Option<ID>>,
    }
    static SYSTEM: OnceLock<Mutex<System>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        let mut order: Vec<ID> = fonts.faces().map(|face| face.id).collect();
        order.sort_by_key(|&id| {
            let key = |face: &FaceInfo| {
                let strength = face.weight.0.abs_diff(Weight::NORMAL.0);
                let is_plain = face.style == Style::Normal;
                (!is_plain, strength, face.post_script_name.clone())
            };
            fonts.face(id).map(key)
        });
        Mutex::new(System {
            fonts,
            order,
            found: BTreeMap::new(),
        })
    };
    let mut system = SYSTEM
        .get_or_init(load)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let System {
        fonts,
        order,
        found,
    } = &mut *system;
    let id = *found
        .entry(c)
        .or_insert_with(|| order.iter().copied().find(|&id| has_char(fonts, id, c)));
    fonts.face(id?).cloned()
}
