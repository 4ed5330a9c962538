import RoostCore
import Synchronization

/// What a request is about, as the audit log has it. The part of the server that knows it calls `about`; the middleware
/// that runs the request reads it.
final class AuditNote: Sendable {
    @TaskLocal static var current: AuditNote?

    private let text = Mutex<String?>(nil)

    /// What the request is about; `nil` if no part has said it.
    var target: String? { text.withLock { $0 } }

    /// Says what the current request is about. Outside of a request, and in one that is not recorded, this has no effect.
    static func about(_ target: some CustomStringConvertible) {
        current?.text.withLock { $0 = harmless("\(target)") }
    }

    /// Returns a client's text on one line, cut after 256 characters.
    static func harmless(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(256).map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
