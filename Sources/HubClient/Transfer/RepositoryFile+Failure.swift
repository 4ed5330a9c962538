import RoostCore

extension RepositoryFile {
    /// The error for a body that ended too early.
    ///
    /// - Parameters:
    ///   - bytes: The number of downloaded bytes of the file.
    ///   - answer: The response with that body.
    /// - Returns: The error, with code `network`.
    func cutShort(at bytes: Int64, _ answer: HubAnswer) -> RoostError {
        RoostError(
            .network,
            "The connection to \(answer.url.origin) ended early: \(bytes) of \(size) bytes of \(path.description.quotedForPeople) are here. Try again; the rest will be fetched.",
            context: answer.context)
    }

    /// The error for a body that is longer or shorter than expected.
    func wrongSize(_ actual: String, _ answer: HubAnswer) -> RoostError {
        RoostError(
            .sizeMismatch,
            "The Hub promised \(size) bytes for \(path.description.quotedForPeople) and sends \(actual). Check HF_ENDPOINT and the network; a proxy or a login page may have answered.",
            context: answer.context)
    }

    /// The error for bytes with another digest than expected.
    func wrongBytes(_ actual: ContentDigest) -> RoostError {
        RoostError(
            .digestMismatch,
            "The downloaded bytes of \(path.description.quotedForPeople) are not the ones the Hub promised: expected \(digest), got \(actual). They were deleted; try again, and check HF_ENDPOINT if it happens again."
        )
    }

    /// Throws if the response is not the complete file.
    ///
    /// - Throws: `RoostError`.
    func requireWhole(_ answer: HubAnswer) throws {
        try answer.requireSuccess()
        try answer.requireIdentityEncoding()
        guard answer.status == 200 else {
            throw RoostError(
                .hubProtocolViolation, "The Hub sent a part of a file although the whole file was requested. Check HF_ENDPOINT.",
                context: answer.context)
        }
        if let length = answer.contentLength, length != size { throw wrongSize("\(length)", answer) }
    }
}
