/// One line of `jobstore-torture`: what it is about to do ("…ing"), or what the store has acknowledged.
struct Announcement: Equatable {
    /// The first word.
    let verb: String
    /// The words after it.
    let objects: [String]

    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        verb = first
        objects = Array(words.dropFirst())
    }

    /// The job that the line is about.
    var jobID: String { objects.first ?? "" }

    /// The number in a place after the verb.
    func number(_ place: Int) -> Int { objects.indices.contains(place) ? Int(objects[place]) ?? -1 : -1 }

    /// The whole lines of a text; a last one without its end is not said yet.
    static func all(in text: String) -> [Announcement] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return lines.compactMap { Announcement($0) }
    }
}
