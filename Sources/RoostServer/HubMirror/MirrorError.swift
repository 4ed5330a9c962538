import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer that says what went wrong, with the headers by which `huggingface_hub` chooses its exception.
struct MirrorError: Error {
    let status: HTTPResponse.Status
    var code: String?
    let message: String
    var headers = HTTPFields()

    /// There is no such repository. Like the Hub, an anonymous client is told to log in, since the repository might be private.
    static func repositoryNotFound(hasToken: Bool) -> MirrorError {
        hasToken
            ? MirrorError(status: .notFound, code: "RepoNotFound", message: "Repository not found")
            : MirrorError(status: .unauthorized, code: "RepoNotFound", message: "Invalid username or password.")
    }

    /// The revision is neither `main` nor the commit of what is served now.
    static func revisionNotFound(_ revision: String) -> MirrorError {
        MirrorError(status: .notFound, code: "RevisionNotFound", message: "Invalid rev id: \(revision.prefix(80))")
    }

    /// The repository holds no such file or folder.
    static func entryNotFound(commit: String) -> MirrorError {
        MirrorError(status: .notFound, code: "EntryNotFound", message: "Entry not found", headers: [.repositoryCommit: commit])
    }

    /// The range lies behind the end of the file.
    static func rangeNotSatisfiable(size: Int64, commit: String) -> MirrorError {
        MirrorError(
            status: .rangeNotSatisfiable, message: "The range lies behind the end of the file, which has \(size) bytes.",
            headers: [.contentRange: "bytes */\(size)", .repositoryCommit: commit])
    }

    /// Somebody writes to the file just now. 429 is the one status that every client repeats, bodies included.
    static func changing(_ path: String) -> MirrorError {
        MirrorError(
            status: .tooManyRequests, message: "\(path) is being written to; ask again when that is done.", headers: [.retryAfter: "5"])
    }

    /// No route.
    static let noSuchRoute = MirrorError(status: .notFound, message: "This mirror serves models only, and no such page.")

    /// Nobody can log in here.
    static let noUsers = MirrorError(status: .unauthorized, message: "Invalid username or password.")

    /// A request body that is no list of paths.
    static let badBody = MirrorError(status: .badRequest, message: "The body must name `paths`, as a form or as JSON, in at most 1 MiB.")

    /// A failure of this machine; the log says more.
    static let failure = MirrorError(status: .internalServerError, message: "The mirror could not read this repository; its log says why.")

    /// The answer to send.
    var response: Response {
        let body = (try? JSONEncoder.mirror.encode(["error": message])) ?? Data()
        var response = Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        response.headers[.contentType] = "application/json; charset=utf-8"
        response.headers[.errorCode] = code
        // A header is one line of ASCII, whatever the client had put into its request.
        response.headers[.errorMessage] = String(
            String.UnicodeScalarView(message.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? $0 : "?" }))
        return response
    }
}
