//! The files and folders that records become.
