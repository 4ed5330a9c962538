import Foundation
import RoostCore

/// An image to send to a model.
struct ImageFile {
    /// The limit of the server.
    private static let mostBytes = 20 << 20

    /// The image as a `data:` URL.
    let url: String

    /// Reads a file.
    ///
    /// - Parameter path: The path; `~/` stands for the user's folder.
    /// - Throws: `RoostError` with code `invalidRequest` and field `image` when it cannot be read, is too large, or is no image of a known kind.
    init(path: String) throws {
        let file = NSString(string: path).expandingTildeInPath
        let size = (try? FileManager.default.attributesOfItem(atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)[.size]) as? NSNumber
        guard let size, let data = size.intValue <= Self.mostBytes ? FileManager.default.contents(atPath: file) : Data() else {
            throw Self.refusal(path, "cannot be read; check its path and permissions")
        }
        guard size.intValue <= Self.mostBytes else { throw Self.refusal(path, "is larger than 20 MiB; make it smaller") }
        guard let type = Self.type(data) else { throw Self.refusal(path, "is no PNG, JPEG, GIF or BMP; convert it first") }
        url = "data:image/\(type);base64,\(data.base64EncodedString())"
    }

    private static func type(_ data: Data) -> String? {
        let kinds: [(String, [UInt8])] = [
            ("png", [0x89, 0x50, 0x4E, 0x47]), ("jpeg", [0xFF, 0xD8, 0xFF]), ("gif", Array("GIF8".utf8)), ("bmp", Array("BM".utf8)),
        ]
        return kinds.first { data.starts(with: $0.1) }?.0
    }

    private static func refusal(_ path: String, _ fault: String) -> RoostError {
        RoostError(.invalidRequest, "The image \(path.quotedForPeople) \(fault).", field: "image")
    }
}
