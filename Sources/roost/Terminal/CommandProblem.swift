import RoostCore

/// The error of a command for programs: one line of JSON on standard error, with the members of the API's problems that
/// apply here.
struct CommandProblem: Encodable {
    let code: String
    let detail: String
    let field: String?
    let exitCode: Int32

    /// Creates the problem of an error.
    init(_ error: RoostError) {
        self.init(code: error.code, detail: error.message, field: error.field, exitCode: Self.exitCode(for: error))
    }

    init(code: RoostError.Code, detail: String, field: String?, exitCode: Int32) {
        self.code = code.rawValue
        self.detail = detail
        self.field = field
        self.exitCode = exitCode
    }

    private enum CodingKeys: String, CodingKey {
        case code, detail, field
        case exitCode = "exit_code"
    }

    /// The JSON text without a line end.
    var json: String { (try? JSONOutput.line(self)) ?? detail }

    /// 64 is EX_USAGE and 69 EX_UNAVAILABLE of sysexits.h.
    private static func exitCode(for error: RoostError) -> Int32 {
        switch error.code {
        case .serverUnreachable: 69
        case .invalidRequest, .invalidConfiguration: 64
        default: 1
        }
    }
}
