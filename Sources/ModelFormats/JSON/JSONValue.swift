/// A value of a JSON text. Properties for another type than the value's are `nil` or empty.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    private var node: JSONNode { document.nodes[index] }

    /// Whether it is `null`.
    package var isNull: Bool { node.kind == .null }

    /// Whether it is a string.
    package var isString: Bool { node.kind == .string || node.kind == .escapedString }

    /// The bytes of a string with resolved escapes: valid UTF-8.
    package var text: ByteText? {
        switch node.kind {
        case .string: ByteText(bytes: written)
        case .escapedString: ByteText(bytes: document.unescaped(node))
        default: nil
        }
    }

    /// The string.
    package var string: String? { text?.description }

    /// `true` or `false`; numbers are not converted.
    package var bool: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// An integer without fraction and exponent, if it fits.
    package var int: Int? {
        guard node.kind == .number else { return nil }
        let isNegative = written.first == UInt8(ascii: "-")
        var result = 0
        for digit in isNegative ? written.dropFirst() : written {
            guard digit &- UInt8(ascii: "0") < 10 else { return nil }
            let (tens, overflowed) = result.multipliedReportingOverflow(by: 10)
            let (sum, isTooMuch) = tens.subtractingReportingOverflow(Int(digit &- UInt8(ascii: "0")))
            guard !overflowed, !isTooMuch else { return nil }
            result = sum
        }
        return isNegative ? result : result == .min ? nil : -result
    }

    /// A number in any spelling.
    package var double: Double? { node.kind == .number ? Double(String(decoding: written, as: UTF8.self)) : nil }

    /// The elements of an array.
    package var elements: JSONElements? { node.kind == .array ? JSONElements(document: document, container: index) : nil }

    /// The elements of a short array; empty for any other type.
    package var list: [JSONValue] { elements.map { Array($0) } ?? [] }

    /// The members of an object in the order of the text, including repeated names.
    package var members: JSONMembers? { node.kind == .object ? JSONMembers(document: document, container: index) : nil }

    /// Returns the last member with a name.
    package subscript(name: String) -> JSONValue? {
        guard let members else { return nil }
        var found: JSONValue?
        for (key, value) in members where key.isEqual(to: name) { found = value }
        return found
    }

    private var written: ArraySlice<UInt8> { document.bytes[Int(node.offset)..<Int(node.offset + node.count)] }

    private func isEqual(to name: String) -> Bool {
        guard node.kind == .string else {
            // A byte is written with six at most, so a longer name needs no look at its escapes.
            return Int(node.count) <= 6 * name.utf8.count && document.unescaped(node).elementsEqual(name.utf8)
        }
        return Int(node.count) == name.utf8.count && written.elementsEqual(name.utf8)
    }
}

/// The elements of an array.
package struct JSONElements: Sequence {
    fileprivate let document: JSONDocument
    fileprivate let container: Int

    /// The number of elements.
    package var count: Int { Int(document.nodes[container].count) }

    package func makeIterator() -> Iterator { Iterator(document: document, index: container + 1, remaining: count) }

    package struct Iterator: IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var index: Int
        fileprivate var remaining: Int

        package mutating func next() -> JSONValue? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            defer { index = Int(document.nodes[index].next) }
            return JSONValue(document: document, index: index)
        }
    }
}

/// The members of an object.
package struct JSONMembers: Sequence {
    fileprivate let document: JSONDocument
    fileprivate let container: Int

    /// The number of members.
    package var count: Int { Int(document.nodes[container].count) }

    package func makeIterator() -> Iterator {
        Iterator(values: JSONElements.Iterator(document: document, index: container + 1, remaining: 2 * count))
    }

    package struct Iterator: IteratorProtocol {
        fileprivate var values: JSONElements.Iterator

        package mutating func next() -> (key: JSONValue, value: JSONValue)? {
            guard let key = values.next(), let value = values.next() else { return nil }
            return (key, value)
        }
    }
}

extension JSONValue {
    /// Writes the value as JSON text without spaces. Members keep their order, and strings and numbers their spelling.
    /// Without recursion, so any depth is possible.
    ///
    /// - Parameter output: Receives the text.
    package func write(to output: inout [UInt8]) {
        /// The containers that are not complete yet: the node index of their end, and the number of written values.
        var open: [(end: Int, isObject: Bool, written: Int)] = []
        var position = index
        repeat {
            while let last = open.last, last.end == position {
                output.append(UInt8(ascii: last.isObject ? "}" : "]"))
                open.removeLast()
            }
            guard position < end else { continue }
            if let last = open.indices.last {
                // In an object every second value follows its key.
                if open[last].isObject, open[last].written % 2 == 1 {
                    output.append(UInt8(ascii: ":"))
                } else if open[last].written > 0 {
                    output.append(UInt8(ascii: ","))
                }
                open[last].written += 1
            }
            let node = document.nodes[position]
            switch node.kind {
            case .object, .array:
                output.append(UInt8(ascii: node.kind == .object ? "{" : "["))
                open.append((Int(node.next), node.kind == .object, 0))
            case .string, .escapedString:
                output.append(UInt8(ascii: "\""))
                output += document.bytes[Int(node.offset)..<Int(node.offset + node.count)]
                output.append(UInt8(ascii: "\""))
            case .null, .false, .true, .number: output += document.bytes[Int(node.offset)..<Int(node.offset + node.count)]
            }
            position += 1
        } while position < end || !open.isEmpty
    }

    /// The size of the value: the bytes of its text up to its last scalar, the number of its values and keys, and the
    /// nesting of its arrays and objects.
    package var extent: (bytes: Int, values: Int, depth: Int) {
        var ends: [Int] = []
        var deepest = 0
        for position in index..<end {
            while let last = ends.last, last <= position { ends.removeLast() }
            let node = document.nodes[position]
            guard node.kind == .object || node.kind == .array else { continue }
            ends.append(Int(node.next))
            deepest = max(deepest, ends.count)
        }
        let last = document.nodes[end - 1]
        let isContainer = last.kind == .object || last.kind == .array
        return (Int(last.offset) + (isContainer ? 1 : Int(last.count)) - Int(document.nodes[index].offset), end - index, deepest)
    }

    /// Returns all members with a name, at any depth.
    ///
    /// - Parameter name: The name.
    /// - Returns: Their values.
    package func descendants(named name: String) -> [JSONValue] {
        var found: [JSONValue] = []
        for position in index..<end {
            guard let members = JSONValue(document: document, index: position).members else { continue }
            for (key, value) in members where key.string == name { found.append(value) }
        }
        return found
    }

    private var end: Int { Int(document.nodes[index].next) }
}
