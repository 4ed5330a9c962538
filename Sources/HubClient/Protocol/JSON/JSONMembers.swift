/// Keeps the requested members of a JSON object that arrives in pieces, and drops the others. A hub's model info may
/// contain a list of all files, which need not be in memory for five small fields.
struct JSONMembers {
    /// The maximum size of a kept member in bytes; a longer one is dropped.
    static let largest = 256 << 10
    /// The maximum length of a name in bytes; a longer one cannot be a requested name.
    private static let longestName = 64

    private enum Place {
        case before, name, value(Fate), after
    }

    private enum Fate {
        case kept, passedOn, dropped
    }

    private let wanted: Set<[UInt8]>
    private let passed: [UInt8]?
    private var nesting = JSONNesting()
    private var place = Place.before
    private var name: [UInt8] = []
    private var value: [UInt8] = []
    private var kept: [[UInt8]: [UInt8]] = [:]
    private var passedOn: [UInt8] = []

    /// - Parameters:
    ///   - names: The members to keep.
    ///   - name: A member that is passed on in pieces.
    init(_ names: [String], passingOn name: String? = nil) {
        wanted = Set(names.map { Array("\"\($0)\"".utf8) })
        passed = name.map { Array("\"\($0)\"".utf8) }
    }

    /// Returns the bytes of the passed-on member since the last call.
    mutating func takePassedOn() -> [UInt8] {
        defer { passedOn = [] }
        return passedOn
    }

    /// Parses the next piece of the text.
    ///
    /// - Parameter piece: The next bytes.
    /// - Throws: `JSONNesting.Broken` if the text is not an object.
    mutating func take(_ piece: some Sequence<UInt8>) throws(JSONNesting.Broken) {
        for byte in piece {
            let mark = try nesting.take(byte)
            if case .space = mark, nesting.depth <= 1 { continue }
            switch (place, mark) {
            case (.before, .open(1)) where byte == UInt8(ascii: "{"): place = .name
            case (.name, .colon) where nesting.depth == 1: place = .value(name == passed ? .passedOn : wanted.contains(name) ? .kept : .dropped)
            case (.name, .close(1)), (.value, .close(1)): endMember(place: .after)
            case (.value, .comma) where nesting.depth == 1: endMember(place: .name)
            case (.name, .content): if name.count <= Self.longestName { name.append(byte) }
            case (.value(.kept), _): if value.count <= Self.largest { value.append(byte) }
            case (.value(.passedOn), _): passedOn.append(byte)
            case (.value(.dropped), _): break
            default: throw JSONNesting.Broken()
            }
        }
    }

    /// Returns the object with only the requested members.
    ///
    /// - Throws: `JSONNesting.Broken` if the text is incomplete.
    func finish() throws(JSONNesting.Broken) -> [UInt8] {
        guard case .after = place else { throw JSONNesting.Broken() }
        let members = kept.map { $0.key + [UInt8(ascii: ":")] + $0.value }
        return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
    }

    private mutating func endMember(place next: Place) {
        if case .value(.kept) = place, value.count <= Self.largest { kept[name] = value }
        place = next
        name = []
        value = []
    }
}
