import AsyncHTTPClient
import Foundation
import NIOHTTP1
import RoostCore

extension HubAnswer {
    /// Throws the error for an error status, by the rules of the Hub's own client: `X-Error-Code` first, then the
    /// status.
    ///
    /// - Throws: `RoostError`, unless the status is 200 or 206.
    func requireSuccess() throws {
        guard status != 200, status != 206 else { return }
        throw isFromHub ? (codedFailure ?? plainFailure) : foreignFailure
    }

    /// The error for a code in `X-Error-Code`.
    private var codedFailure: RoostError? {
        let isUnknownRepository = status == 401 && serverMessage != "Invalid credentials in Authorization header"
        switch header("X-Error-Code") {
        case "RevisionNotFound":
            return failure(.revisionNotFound, "Revision Not Found for url: \(shownURL). Check the branch, tag or commit.")
        case "EntryNotFound":
            return failure(.entryNotFound, "Entry Not Found for url: \(shownURL). The repository has no such file at this revision.")
        case "GatedRepo":
            return failure(
                .gatedRepository,
                "Cannot access gated repo for url \(shownURL). Ask for access on the model's page on the Hub, then set HF_TOKEN to a token of that account."
            )
        case "RepoNotFound":
            return repositoryNotFound
        default:
            return isUnknownRepository ? repositoryNotFound : nil
        }
    }

    private var repositoryNotFound: RoostError {
        failure(
            .repositoryNotFound,
            "Repository Not Found for url: \(shownURL). Check the name; a private or gated repository needs HF_TOKEN set to a token that may read it."
        )
    }

    private var plainFailure: RoostError {
        switch status {
        case _ where serverMessage == Self.disabled:
            failure(.accessDenied, "Cannot access repository for url \(shownURL). Access to this resource is disabled. It cannot be pulled.")
        case 401: failure(.accessDenied, "The Hub does not accept the token for \(shownURL). Make a new one and set HF_TOKEN.")
        case 403: failure(.accessDenied, "The Hub forbids \(shownURL). Check what the token in HF_TOKEN may read.")
        case 404 where url.text.contains("/resolve/"):
            failure(.entryNotFound, "Entry Not Found for url: \(shownURL). The repository has no such file at this revision.")
        case 404: repositoryNotFound
        case 429: failure(.rateLimited, "The Hub limits the rate of requests at \(shownURL). Try again later; a token in HF_TOKEN raises the limit.")
        case 408, 500...: failure(.hubFailure, "The Hub failed with status \(status) at \(shownURL). Try again later.")
        case 400...: failure(.hubProtocolViolation, "The Hub refused \(shownURL) with status \(status). Check HF_ENDPOINT.")
        default: failure(.hubFailure, "The Hub answered \(shownURL) with the unexpected status \(status). Check HF_ENDPOINT and the network.")
        }
    }

    /// The Hub has no code for this error, so its own client compares this text too.
    private static let disabled = "Access to this resource is disabled."

    /// The error of a storage server behind a redirect. It is not about the repository: usually a signed link has
    /// expired, and the next try gets a new one.
    private var foreignFailure: RoostError {
        failure(
            status == 429 ? .rateLimited : .hubFailure,
            "The storage that the Hub redirected to answered \(shownURL) with status \(status). Try again: the Hub then gives a new link.")
    }

    private var shownURL: String { url.withoutQuery }

    private func failure(_ code: RoostError.Code, _ sentence: String) -> RoostError {
        var message = sentence
        // Without a token the Hub says this of a repository that does not exist.
        if let said = serverMessage, code != .repositoryNotFound || said != "Invalid username or password.",
            !sentence.lowercased().contains(said.lowercased())
        {
            message += " The Hub says: \(said)" + (said.hasSuffix(".") ? "" : ".")
        }
        let pause = RetryAfter.parse(rateLimit: response.headers["RateLimit"], retryAfter: header("Retry-After"), now: Date())
        var error = RoostError(code, message, retryAfter: pause, context: context)
        if let commit = header("X-Repo-Commit").flatMap(CommitHash.init(hex:)) { error = error.adding("repo_commit", commit.description) }
        let identity = ["X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id"].lazy.compactMap { header($0) }.first
        return identity.map { error.adding("request_id", $0.cleaned(of: token)) } ?? error
    }

    private var serverMessage: String? {
        guard let said = header("X-Error-Message")?.cleaned(of: token), !said.isEmpty else { return nil }
        return said
    }
}

extension String {
    /// The text of a server in a form suitable for an error: without control characters, at most 300 characters, and
    /// without Roost's token.
    fileprivate func cleaned(of token: SecretToken?) -> String {
        let printable = String(String.UnicodeScalarView(unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
        let discreet = token.map { printable.split(separator: $0.value, omittingEmptySubsequences: false).joined(separator: $0.description) }
        return String((discreet ?? printable).prefix(300))
    }
}
