import Foundation

/// The files of the project that the tests were built from.
enum Checkout {
    private static let root = URL(filePath: #filePath).appending(path: "../../../../").standardized

    static func path(_ path: String) -> String { root.appending(path: path).path() }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// The Swift files below a folder, by name.
    static func swiftFiles(in folder: String) throws -> [(name: String, text: String)] {
        let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" && !$0.path().contains("/.build/") }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }
}
