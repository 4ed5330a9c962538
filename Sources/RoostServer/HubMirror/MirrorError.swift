import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

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

    /// The cache does not hold the file, and nobody knows here whether the repository does: without the commit in the answer, `huggingface_hub` does
    /// not note the file as absent.
    static let entryNotHere = MirrorError(
        status: .notFound, code: "EntryNotFound", message: "This mirror serves what is in its cache, and this file is not.")

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

    /// Bytes of the file that went out earlier were wrong: the client gets no more of it, and begins anew.
    static let spoilt = MirrorError(status: .badGateway, message: "The upstream sent wrong bytes; they are fetched again.")

    /// A file whose bytes are not what its name says, and nobody to ask for better ones.
    static func damaged(_ path: String) -> MirrorError {
        MirrorError(status: .badGateway, message: "\(path) is damaged in this mirror's cache; its operator can pull it again.")
    }

    /// As many bodies are under way as the mirror sends at a time.
    static let tooBusy = MirrorError(
        status: .tooManyRequests, message: "The mirror sends as many files as it can; ask again in a moment.", headers: [.retryAfter: "5"])

    /// The request names a host that a mirror on a loopback address does not have.
    static let foreignHost = MirrorError(
        status: .forbidden,
        message:
            "The Host header is not a name of this mirror; use http://127.0.0.1 and the port, or start the mirror with --allowed-hosts and the name.")

    /// The request comes from a web page.
    static let foreignPage = MirrorError(status: .forbidden, message: "A web page of another origin may not use this mirror.")

    /// The request breaks a rule of HTTP.
    static func badRequest(_ message: String) -> MirrorError { MirrorError(status: .badRequest, message: message) }

    /// The client's address is in no network that may read.
    static let foreignNetwork = MirrorError(status: .forbidden, message: "This mirror does not serve your network; its operator can allow it.")

    /// The mirror asks for a token, and none came.
    static let tokenMissing = MirrorError(
        status: .unauthorized, code: "RepoNotFound", message: "This mirror asks for its own token: set HF_TOKEN to it.")

    /// The mirror asks for a token, and another one came.
    static let tokenWrong = MirrorError(
        status: .unauthorized, code: "RepoNotFound", message: "This is not the token of this mirror: set HF_TOKEN to the right one.")

    /// The upstream does not let this mirror read a repository.
    static func noAccess(to id: RepositoryID) -> MirrorError {
        MirrorError(
            status: .forbidden, code: "GatedRepo", message: "The upstream does not let this mirror read \(id); its operator can ask for access.")
    }

    /// Nobody may write here.
    static let readOnly = MirrorError(status: .forbidden, message: "A mirror is for reading; write to the Hub itself.")

    /// No route.
    static let noSuchRoute = MirrorError(status: .notFound, message: "This mirror serves models, datasets and spaces, and no such page.")

    /// There is such a page, but not with this method.
    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> MirrorError {
        MirrorError(status: .methodNotAllowed, message: "This page takes \(list(methods)).", headers: [.allow: list(methods)])
    }

    /// Methods as `Allow` names them.
    static func list(_ methods: [HTTPRequest.Method]) -> String { methods.map(\.rawValue).joined(separator: ", ") }

    /// Nobody can log in here.
    static let noUsers = MirrorError(status: .unauthorized, message: "Invalid username or password.")

    /// A request body that is no list of paths.
    static let badBody = MirrorError(status: .badRequest, message: "The body must name `paths`, as a form or as JSON.")

    /// A request body that is longer than any client's.
    static let tooLargeBody = MirrorError(status: .contentTooLarge, message: "The body may have at most 1 MiB; ask in several requests.")

    /// A list of paths that is longer than any client needs.
    static func tooManyPaths(_ most: Int) -> MirrorError {
        MirrorError(status: .contentTooLarge, message: "One request may name \(most) paths; ask in several.")
    }

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
