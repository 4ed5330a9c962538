/// Turns the bytes of a terminal in raw mode into keys.
///
/// Bytes may be cut at any place. Unknown escape sequences are dropped, bytes that are not UTF-8 become `�`, and everything is
/// bounded: an endless sequence or paste takes no more memory than its limit.
package struct KeyDecoder: Sendable {
    /// The most bytes of a paste; the rest is dropped.
    package static let longestPaste = 1 << 20
    /// The most bytes of a sequence that are looked at.
    private static let longestSequence = 64
    /// The most bytes of a text in a sequence (a title, for instance) until it is taken for typed text.
    private static let longestString = 4096
    private static let endOfPaste = Array("\u{1B}[201~".utf8)

    private enum State: Sendable {
        case typed
        case escape
        /// After `ESC [`.
        case control([UInt8])
        /// After `ESC O`.
        case single
        /// Inside of a text for the terminal; the number of its bytes, and whether the last was an escape.
        case string(Int, Bool)
        /// Inside of a paste; the number of bytes of its end that have come.
        case paste(Int)
    }

    private var state = State.typed
    private var typed: [UInt8] = []
    private var pasted: [UInt8] = []
    private var isAfterReturn = false
    private var keys: [Key] = []

    /// Creates a decoder.
    package init() {}

    /// Whether an escape has come and what follows it is not complete: a sequence, the Escape key, or Alt with a key that begins a sequence.
    package var isInSequence: Bool {
        switch state {
        case .typed, .paste: false
        case .escape, .control, .single, .string: true
        }
    }

    /// Processes the next bytes.
    ///
    /// - Parameter bytes: Any number of bytes.
    /// - Returns: The keys that are complete now.
    package mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
        keys = []
        var rest = Array(bytes)[...]
        while let byte = rest.first {
            let run = plainRun(rest)
            if run == 0 { process(byte) }
            rest = rest.dropFirst(max(1, run))
        }
        flush(isComplete: false)
        defer { keys = [] }
        return keys
    }

    /// Notes that nothing has come for a moment, so that no sequence goes on: terminals send them at once.
    package mutating func settle() { if isInSequence { state = .typed } }

    /// Takes the bytes at the begin that are only text, all at once.
    ///
    /// - Returns: Their number.
    private mutating func plainRun(_ bytes: ArraySlice<UInt8>) -> Int {
        switch state {
        case .typed:
            let run = bytes.prefix { $0 >= 0x20 && $0 != 0x7F }
            typed += run
            if !run.isEmpty { isAfterReturn = false }
            return run.count
        case .paste(0):
            let run = bytes.prefix { $0 != Self.endOfPaste[0] }
            keep(run)
            return run.count
        default: return 0
        }
    }

    private mutating func process(_ byte: UInt8) {
        switch state {
        case .typed: type(byte)
        case .escape: escape(byte)
        case .control(let sequence): control(byte, sequence)
        case .single:
            state = .typed
            add(Self.arrows[byte])
        case .string(let count, let isAfterEscape): string(byte, count, isAfterEscape)
        case .paste(let matched): paste(byte, matched)
        }
    }

    private mutating func type(_ byte: UInt8) {
        let isSecondHalf = isAfterReturn && byte == 0x0A
        isAfterReturn = byte == 0x0D
        if byte >= 0x20, byte != 0x7F { return typed.append(byte) }
        flush(isComplete: true)
        if byte == 0x1B { state = .escape } else if !isSecondHalf { add(Self.controls[byte]) }
    }

    private mutating func escape(_ byte: UInt8) {
        state = .typed
        switch byte {
        case UInt8(ascii: "["): state = .control([])
        case UInt8(ascii: "O"): state = .single
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"): state = .string(0, false)
        case 0x1B: state = .escape
        case 0x0D, 0x0A: add(.lineEnd)
        case UInt8(ascii: "b"): add(.wordLeft)
        case UInt8(ascii: "f"): add(.wordRight)
        case UInt8(ascii: "d"): add(.killWordRight)
        case 0x7F, 0x08: add(.killWordLeft)
        default: break
        }
    }

    private mutating func control(_ byte: UInt8, _ sequence: [UInt8]) {
        switch byte {
        case 0x20...0x3F: state = .control(sequence.count < Self.longestSequence ? sequence + [byte] : sequence)
        case 0x40...0x7E:
            state = .typed
            finish(String(decoding: sequence, as: UTF8.self), byte)
        default:
            // No sequence contains this byte: it begins something else.
            state = .typed
            type(byte)
        }
    }

    private mutating func finish(_ parameters: String, _ end: UInt8) {
        if end == UInt8(ascii: "~") {
            if parameters == "200" {
                pasted = []
                state = .paste(0)
            } else {
                add(Self.numbered[parameters])
            }
            return
        }
        // `1;5` is Ctrl, `1;3` Alt.
        let isWord = parameters.hasSuffix(";5") || parameters.hasSuffix(";3")
        switch Self.arrows[end] {
        case .left? where isWord: add(.wordLeft)
        case .right? where isWord: add(.wordRight)
        case let key: add(key)
        }
    }

    private mutating func string(_ byte: UInt8, _ count: Int, _ isAfterEscape: Bool) {
        // No text contains these keys, and a person has to be able to leave one.
        if [0x03, 0x04, 0x0D].contains(byte) {
            state = .typed
            return type(byte)
        }
        let isEnd = byte == 0x07 || (isAfterEscape && byte == UInt8(ascii: "\\")) || count >= Self.longestString
        state = isEnd ? .typed : .string(count + 1, byte == 0x1B)
    }

    private mutating func paste(_ byte: UInt8, _ matched: Int) {
        if byte == Self.endOfPaste[matched] {
            guard matched + 1 == Self.endOfPaste.count else { return state = .paste(matched + 1) }
            state = .typed
            let text = String(decoding: pasted, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            pasted = []
            if !text.isEmpty { add(.paste(text)) }
            return
        }
        keep(Self.endOfPaste[..<matched])
        let isBegin = byte == Self.endOfPaste[0]
        if !isBegin { keep([byte]) }
        state = .paste(isBegin ? 1 : 0)
    }

    private mutating func keep(_ bytes: some Collection<UInt8>) { pasted += bytes.prefix(Self.longestPaste - pasted.count) }

    private mutating func add(_ key: Key?) { if let key { keys.append(key) } }

    /// Ends the typed text.
    ///
    /// - Parameter isComplete: Whether the rest of a cut character cannot come any more.
    private mutating func flush(isComplete: Bool) {
        let rest = isComplete ? 0 : Self.unfinished(typed)
        guard typed.count > rest else { return }
        keys.append(.text(String(decoding: typed.dropLast(rest), as: UTF8.self)))
        typed = Array(typed.suffix(rest))
    }

    /// Returns the number of bytes at the end that begin a character whose rest has not come.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for (index, byte) in bytes.suffix(3).reversed().enumerated() {
            switch byte {
            case 0x80..<0xC0: continue
            case 0xC2..<0xE0: return index < 1 ? index + 1 : 0
            case 0xE0..<0xF0: return index < 2 ? index + 1 : 0
            case 0xF0..<0xF5: return index + 1
            default: return 0
            }
        }
        return 0
    }
}

extension KeyDecoder {
    private static let controls: [UInt8: Key] = [
        0x01: .home, 0x02: .left, 0x03: .interrupt, 0x04: .endOfInput, 0x05: .end, 0x06: .right, 0x08: .backspace, 0x09: .tab, 0x0A: .enter,
        0x0B: .killToEnd, 0x0C: .clearScreen, 0x0D: .enter, 0x0E: .down, 0x10: .up, 0x14: .transpose, 0x15: .killToStart, 0x17: .killWordLeft,
        0x19: .yank, 0x7F: .backspace,
    ]

    private static let arrows: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home,
        UInt8(ascii: "F"): .end,
    ]

    private static let numbered: [String: Key] = [
        "1": .home, "7": .home, "4": .end, "8": .end, "3": .delete, "3;5": .killWordRight, "3;3": .killWordRight,
    ]
}
