//! What can be wrong with a picture.
#[derive(Debug)]
pub struct Error(String);
impl Error {
    pub(crate) fn too_large(s: String) -> Self {
        Self(s)
    }
}
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Error {}
