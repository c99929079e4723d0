//! The gallery lives in the files beside this folder.
