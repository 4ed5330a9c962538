import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RoostCore

/// An error answer, with the headers by which `huggingface_hub` selects its exception.
struct MirrorError: Error {
    let status: HTTPResponse.Status
    var code: String?
    let message: String
    var headers = HTTPFields()

    /// There is no such repository. As on the Hub, an anonymous client gets 401, since the repository could be private.
    static func repositoryNotFound(hasToken: Bool) -> MirrorError {
        hasToken
            ? MirrorError(status: .notFound, code: "RepoNotFound", message: "Repository not found")
            : MirrorError(status: .unauthorized, code: "RepoNotFound", message: "Invalid username or password.")
    }

    /// The revision is neither `main` nor the current commit.
    static func revisionNotFound(_ revision: String) -> MirrorError {
        MirrorError(status: .notFound, code: "RevisionNotFound", message: "Invalid rev id: \(revision.prefix(80))")
    }

    /// The repository has no such file or folder.
    static func entryNotFound(commit: String) -> MirrorError {
        MirrorError(status: .notFound, code: "EntryNotFound", message: "Entry not found", headers: [.repositoryCommit: commit])
    }

    /// The cache does not have the file, and the mirror does not know whether the repository has it. Without the commit
    /// in the answer, `huggingface_hub` does not record the file as absent.
    static let entryNotHere = MirrorError(
        status: .notFound, code: "EntryNotFound", message: "This file is not in the cache of this mirror.")

    /// The range begins after the end of the file.
    static func rangeNotSatisfiable(size: Int64, commit: String) -> MirrorError {
        MirrorError(
            status: .rangeNotSatisfiable, message: "The range begins after the end of the file, which has \(size) bytes.",
            headers: [.contentRange: "bytes */\(size)", .repositoryCommit: commit])
    }

    /// The file is being written at this moment. 429 is the only status that every client retries, for bodies too.
    static func changing(_ path: String) -> MirrorError {
        MirrorError(
            status: .tooManyRequests, message: "\(path) is being written; try again when that is complete.", headers: [.retryAfter: "5"])
    }

    /// Wrong bytes of the file were sent earlier: the client gets no more of it and has to start again.
    static let spoilt = MirrorError(status: .badGateway, message: "The upstream sent wrong bytes; they are fetched again.")

    /// The file in the cache does not match its digest, and no upstream is available.
    static func damaged(_ path: String) -> MirrorError {
        MirrorError(status: .badGateway, message: "\(path) is damaged in this mirror's cache; its operator can pull it again.")
    }

    /// A limit is reached, or the mirror is stopping.
    static let tooBusy = MirrorError(
        status: .tooManyRequests, message: "The mirror cannot answer this request now; try again in a moment.", headers: [.retryAfter: "5"])

    /// The request is for a host name that a mirror on a loopback address does not have.
    static let foreignHost = MirrorError(
        status: .forbidden,
        message:
            "The Host header is not a name of this mirror; use http://127.0.0.1 and the port, or start the mirror with --allowed-hosts and the name.")

    /// The request comes from a web page.
    static let foreignPage = MirrorError(status: .forbidden, message: "A web page of another origin may not use this mirror.")

    /// The request violates HTTP.
    static func badRequest(_ message: String) -> MirrorError { MirrorError(status: .badRequest, message: message) }

    /// The client's address is in none of the allowed networks.
    static let foreignNetwork = MirrorError(status: .forbidden, message: "This mirror does not serve your network; its operator can allow it.")

    /// The mirror requires a token, and the request has none.
    static let tokenMissing = MirrorError(
        status: .unauthorized, code: "RepoNotFound", message: "This mirror requires its own token; set HF_TOKEN to it.")

    /// The mirror requires a token, and the request has another one.
    static let tokenWrong = MirrorError(
        status: .unauthorized, code: "RepoNotFound", message: "This is not the token of this mirror: set HF_TOKEN to the right one.")

    /// The upstream does not allow this mirror to read a repository.
    static func noAccess(to id: RepositoryID) -> MirrorError {
        MirrorError(
            status: .forbidden, code: "GatedRepo", message: "The upstream does not let this mirror read \(id); its operator can ask for access.")
    }

    /// The mirror does not accept writes.
    static let readOnly = MirrorError(status: .forbidden, message: "A mirror is for reading; write to the Hub itself.")

    /// There is no such route.
    static let noSuchRoute = MirrorError(status: .notFound, message: "This mirror serves models, datasets and spaces, and no such page.")

    /// The route exists, but not for this method.
    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> MirrorError {
        MirrorError(status: .methodNotAllowed, message: "This page supports \(list(methods)).", headers: [.allow: list(methods)])
    }

    /// Returns the methods in the form of the `Allow` header.
    static func list(_ methods: [HTTPRequest.Method]) -> String { methods.map(\.rawValue).joined(separator: ", ") }

    /// The mirror has no user accounts.
    static let noUsers = MirrorError(status: .unauthorized, message: "Invalid username or password.")

    /// The request body is not a list of paths.
    static let badBody = MirrorError(status: .badRequest, message: "The body must name `paths`, as a form or as JSON.")

    /// The request body is longer than that of any client.
    static let tooLargeBody = MirrorError(status: .contentTooLarge, message: "The body may have at most 1 MiB; ask in several requests.")

    /// The list of paths is longer than that of any client.
    static func tooManyPaths(_ most: Int) -> MirrorError {
        MirrorError(status: .contentTooLarge, message: "One request may name \(most) paths; ask in several.")
    }

    /// A failure of this machine; the log contains the details.
    static let failure = MirrorError(status: .internalServerError, message: "The mirror could not read this repository; its log contains the reason.")

    /// The response to send.
    var response: Response {
        let body = (try? JSONEncoder.mirror.encode(["error": message])) ?? Data()
        var response = Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        response.headers[.contentType] = "application/json; charset=utf-8"
        response.headers[.errorCode] = code
        // A header is one line of ASCII, but the client's text may contain other characters.
        response.headers[.errorMessage] = String(
            String.UnicodeScalarView(message.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? $0 : "?" }))
        return response
    }
}
