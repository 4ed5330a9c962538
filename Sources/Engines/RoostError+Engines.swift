public import RoostCore

extension RoostError.Code {
    /// Every engine this machine may run at once is busy; ask again in a moment.
    public static let enginesBusy = Self(rawValue: "engines_busy")
}
