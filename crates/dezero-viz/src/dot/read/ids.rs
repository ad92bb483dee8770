//! Names of DOT as ids of elements.

use std::collections::HashMap;

/// Ids that are taken, with the number that the next one of the same name gets.
#[derive(Debug, Default)]
pub(super) struct Ids(HashMap<String, usize>);

impl Ids {
    /// A new id: the prefix, then the name with `_` for what is no letter, digit, `-`, `_` or `.` of ASCII,
    /// and a number where that is taken. A long name is cut.
    pub(super) fn safe(&mut self, name: &str, prefix: &str) -> String {
        const LONGEST: usize = 60;
        let mut id = prefix.to_owned();
        id.extend(name.chars().take(LONGEST).map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
            _ => '_',
        }));
        if id.is_empty() {
            id.push('_');
        }
        let Some(next) = self.0.get_mut(&id) else {
            self.0.insert(id.clone(), 2);
            return id;
        };
        let mut number = *next;
        let mut numbered = format!("{id}-{number}");
        while self.0.contains_key(&numbered) {
            number += 1;
            numbered = format!("{id}-{number}");
        }
        self.0.insert(id, number + 1);
        self.0.insert(numbered.clone(), 2);
        numbered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_and_different() {
        let mut ids = Ids::default();
        let names = ["a b", "a_b", "a_b-2", "a\"b", "", "", "é", "1.5", "-x"];
        let safe: Vec<_> = names.iter().map(|name| ids.safe(name, "")).collect();
        assert_eq!(
            safe,
            [
                "a_b", "a_b-2", "a_b-2-2", "a_b-3", "_", "_-2", "_-3", "1.5", "-x"
            ]
        );
        assert_eq!(ids.safe(&"x".repeat(1000), "node-").len(), 65);
    }
}
