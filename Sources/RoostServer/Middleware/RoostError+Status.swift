import HTTPTypes
import RoostCore

extension RoostError {
    /// The HTTP status for the kind of the failure.
    var httpStatus: HTTPResponse.Status {
        switch code {
        case .invalidRequest, .ambiguousModel, .unsupportedModel, .invalidModelFile, .numberOutOfRange, .notFinite, .crashesEngine,
            .contextLengthExceeded,
            .insufficientMemory:
            .badRequest
        case .unauthorized: .unauthorized
        case .forbidden, .forbiddenHost, .gatedRepository, .accessDenied: .forbidden
        case .notFound, .modelNotFound, .repositoryNotFound, .revisionNotFound, .entryNotFound: .notFound
        case .timedOut: .requestTimeout
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .rateLimited, .engineCoolingDown: .tooManyRequests
        case .engineRefused, .engineCrashed, .engineLoadFailed, .network, .hubFailure, .hubProtocolViolation, .digestMismatch, .sizeMismatch:
            .badGateway
        case .engineMissing, .enginesBusy, .modelLoading, .databaseBusy, .shuttingDown, .offline: .serviceUnavailable
        case .insufficientSpace: .init(code: 507, reasonPhrase: "Insufficient Storage")
        default: .internalServerError
        }
    }
}
