import RoostCore

extension Job {
    /// Why a finished pull has not succeeded, with the code that its error chain begins with.
    var failure: RoostError {
        guard stage != .canceled else { return RoostError(.conflict, "The pull was canceled; continue with `roost jobs retry \(id)`.") }
        let code = (traceback ?? "").firstMatch(of: /^\[(\w+)\]/).map { RoostError.Code(rawValue: String($0.1)) }
        let what = localPath.map { "The files are here, in \($0), but the pull failed" } ?? "The pull failed"
        return RoostError(code ?? .unexpected, "\(what): \(error ?? "no reason was given")")
    }
}
