import DurableFiles
import Foundation
import HubClient
import RoostCore
import SystemPackage

/// The license of a model according to its repository.
enum ModelLicense {
    /// The maximum length, greater than that of any license's short name.
    private static let longest = 100

    /// Validates a name from the Hub or a card.
    ///
    /// - Parameter text: The name.
    /// - Returns: The name; `nil` if it is empty, too long, or not plain text.
    static func name(_ text: String) -> String? {
        let name = text.trimmingCharacters(in: .whitespaces)
        guard (1...longest).contains(name.utf8.count), name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            return nil
        }
        return name
    }

    /// Reads the license from the header of a model card: the lines between two `---`, one of which is `license: mit`.
    ///
    /// - Parameter card: The card's path.
    /// - Returns: The name, if the card contains one.
    static func name(inCard card: FilePath) -> String? {
        guard let size = FileSystem.size(of: card), size <= 1 << 20, let bytes = FileManager.default.contents(atPath: card.string) else { return nil }
        let licenses = FrontMatter(String(decoding: bytes, as: UTF8.self))["license"]
        return licenses.count == 1 ? name(licenses[0]) : nil
    }
}
