//! What can be wrong with a picture.
