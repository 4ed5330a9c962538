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
