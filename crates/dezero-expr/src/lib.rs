//! Formula text to a function of dezero Variables, with errors that point into the text.
