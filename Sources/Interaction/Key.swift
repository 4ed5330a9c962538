/// What a person does at a terminal, as the line editor understands it.
package enum Key: Sendable, Hashable {
    /// Typed characters.
    case text(String)
    /// Pasted text, with line ends as LF.
    case paste(String)
    /// Ends the line.
    case enter
    /// Puts a line end into the text (Alt-Enter).
    case lineEnd
    /// Completes, or a space.
    case tab
    /// Deletes the character before the cursor.
    case backspace
    /// Deletes the character at the cursor.
    case delete
    /// Moves the cursor.
    case left, right, home, end, wordLeft, wordRight
    /// Shows an earlier or later line.
    case up, down
    /// Deletes to an end of the line, or a word.
    case killToEnd, killToStart, killWordLeft, killWordRight
    /// Puts back what was deleted last.
    case yank
    /// Exchanges two characters.
    case transpose
    /// Clears the screen.
    case clearScreen
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D.
    case endOfInput
}
