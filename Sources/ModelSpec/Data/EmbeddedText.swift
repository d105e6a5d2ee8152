/// The data files of this folder, as text within the executable, so that it works when it is copied alone.
///
/// Each `NAME.json` beside this file becomes a member `NAME` when the target is built (`EmbedTextPlugin`).
/// A string literal costs the compiler next to nothing; an array of bytes would cost minutes.
enum EmbeddedText {}
