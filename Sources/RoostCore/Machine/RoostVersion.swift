/// The version of this build of Roost in `roost --version`, `GET /status` and the `User-Agent` header.
public enum RoostVersion {
    /// A semantic version: `major.minor.patch`.
    public static let current = "0.1.0"
}
