import Foundation
import RoostCore
import SystemPackage

/// Under which licence a model is, as its repository names it.
enum ModelLicense {
    /// Longer than any licence's short name.
    private static let longest = 100

    /// Accepts a name from outside.
    ///
    /// - Parameter text: What the Hub or a card says.
    /// - Returns: The name; `nil` when it is empty, long, or no plain text.
    static func name(_ text: String) -> String? {
        let name = text.trimmingCharacters(in: .whitespaces)
        guard (1...longest).contains(name.utf8.count), name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            return nil
        }
        return name
    }

    /// Looks into the head of a model card: the lines between two `---`, of which one is `license: mit`.
    ///
    /// - Parameter card: The card's path.
    /// - Returns: The name, if the card has one.
    static func name(inCard card: FilePath) -> String? {
        guard let size = FileSystem.size(of: card), size <= 1 << 20, let bytes = FileManager.default.contents(atPath: card.string) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.first == "---" else { return nil }
        let key = "license:"
        for line in lines.dropFirst().prefix(while: { $0 != "---" }) where line.hasPrefix(key) {
            return name(line.dropFirst(key.count).trimmingCharacters(in: CharacterSet(charactersIn: " '\"")))
        }
        return nil
    }
}
