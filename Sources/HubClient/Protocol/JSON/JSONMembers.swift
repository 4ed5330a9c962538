/// Keeps the wanted members of a JSON object that comes in pieces, and drops the others as they come: a hub's word about a repository can hold a
/// list of all its files, which need not be in memory for five small fields.
struct JSONMembers {
    /// A member that is longer is dropped, too, in bytes.
    static let largest = 256 << 10
    /// More of a name need not be seen to know that it is not wanted, in bytes.
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
    ///   - name: A member that is passed on as it comes.
    init(_ names: [String], passingOn name: String? = nil) {
        wanted = Set(names.map { Array("\"\($0)\"".utf8) })
        passed = name.map { Array("\"\($0)\"".utf8) }
    }

    /// What has come of the member that is passed on since this was called last.
    mutating func takePassedOn() -> [UInt8] {
        defer { passedOn = [] }
        return passedOn
    }

    /// Takes the next piece of the text.
    ///
    /// - Parameter piece: Some bytes.
    /// - Throws: `JSONNesting.Broken` when the text is no object.
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

    /// The object with nothing but the wanted members.
    ///
    /// - Throws: `JSONNesting.Broken` when the text has not come to its end.
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
