import Foundation
import RoostCore
import SystemPackage

extension HubConfiguration {
    /// Reads the configuration from the variables that Hugging Face's own tools use, so that both share one cache and
    /// one login.
    ///
    /// An empty variable counts as unset, and a leading `~` stands for `HOME`.
    ///
    /// - `HF_ENDPOINT` (URL, default `https://huggingface.co`): the Hub or a mirror.
    /// - `HF_HOME` (path, default `$XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface`).
    /// - `HF_HUB_CACHE` or the older `HUGGINGFACE_HUB_CACHE` (path, default `$HF_HOME/hub`).
    /// - `HF_HUB_DISABLE_SYMLINKS` (`1`, `on`, `yes` or `true`): the cache is made without symbolic links.
    /// - `HF_TOKEN` or the older `HUGGING_FACE_HUB_TOKEN` (secret): takes precedence over the file.
    /// - `HF_TOKEN_PATH` (path, default `$HF_HOME/token`): a file with the token; may be absent.
    /// - `HF_HUB_DOWNLOAD_TIMEOUT` (seconds, default 30): the maximum time without any byte in a transfer.
    /// - `HF_HUB_ETAG_TIMEOUT` (seconds, default 30): the maximum time for the Hub's answer to a metadata request.
    /// - `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE` (`1`, `ON`, `YES`, `TRUE`): no requests are sent to the Hub.
    /// - `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`: as in `ProxyRules`.
    ///
    /// - Parameter environment: The variables by name.
    /// - Throws: `RoostError` with code `invalidConfiguration`; `field` names the variable.
    public init(environment: [String: String]) throws {
        let reader = EnvironmentReader(environment: environment)
        let home = try reader.huggingFaceHome()
        self.init(
            endpoint: try reader.value("HF_ENDPOINT").map(HubEndpoint.init(parsing:)) ?? .huggingFace,
            token: try reader.token(home: home),
            cacheDirectory: try reader.path("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? home.appending("hub"))
        makesLinks = !reader.isOn("HF_HUB_DISABLE_SYMLINKS")
        stallTimeout = try reader.seconds("HF_HUB_DOWNLOAD_TIMEOUT") ?? stallTimeout
        metadataTimeout = try reader.seconds("HF_HUB_ETAG_TIMEOUT") ?? metadataTimeout
        isOffline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].contains(where: reader.isOn)
        proxies = try ProxyRules(environment: environment)
    }
}

private struct EnvironmentReader {
    let environment: [String: String]

    /// The first of the variables that is set and not blank.
    func value(_ names: String...) -> String? { found(names)?.value }

    /// Whether a variable is `1`, `ON`, `YES` or `TRUE`, in any case: the values that Hugging Face's tools accept as
    /// true.
    func isOn(_ name: String) -> Bool { value(name).map { ["1", "ON", "YES", "TRUE"].contains($0.uppercased()) } ?? false }

    func seconds(_ name: String) throws -> Duration? {
        guard let text = value(name) else { return nil }
        guard let seconds = Double(text), (0.1...86_400).contains(seconds) else {
            throw RoostError(.invalidConfiguration, "\(name) must be a number of seconds from 0.1 to 86400.", field: name)
        }
        return .seconds(seconds)
    }

    func path(_ names: String...) throws -> FilePath? {
        guard let (name, value) = found(names) else { return nil }
        return try expanded(value, from: name)
    }

    func huggingFaceHome() throws -> FilePath {
        if let home = try path("HF_HOME") { return home }
        if let cache = try path("XDG_CACHE_HOME") { return cache.appending("huggingface") }
        return try expanded("~/.cache/huggingface", from: "HF_HOME")
    }

    func token(home: FilePath) throws -> SecretToken? {
        if let (name, value) = found(["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) { return try parsed(value, from: name) }
        let file = try path("HF_TOKEN_PATH") ?? home.appending("token")
        guard FileManager.default.fileExists(atPath: file.string) else { return nil }
        guard let data = FileManager.default.contents(atPath: file.string), data.count <= 65_536 else {
            throw RoostError(
                .invalidConfiguration, "The token file \(file) cannot be read. Check its permissions, or set HF_TOKEN.", field: "HF_TOKEN_PATH")
        }
        let text = String(decoding: data, as: UTF8.self)
        return text.allSatisfy(\.isWhitespace) ? nil : try parsed(text, from: "HF_TOKEN_PATH")
    }

    private func found(_ names: [String]) -> (name: String, value: String)? {
        for name in names {
            if let value = environment[name], !value.allSatisfy(\.isWhitespace) { return (name, value) }
        }
        return nil
    }

    private func parsed(_ text: String, from name: String) throws -> SecretToken {
        guard let token = SecretToken(text) else {
            throw RoostError(
                .invalidConfiguration,
                "\(name) contains a character that is not valid in a Hub token. Copy the token again from https://huggingface.co/settings/tokens.",
                field: name)
        }
        return token
    }

    private func expanded(_ text: String, from name: String) throws -> FilePath {
        guard text == "~" || text.hasPrefix("~/") else {
            let path = FilePath(text)
            return path.isAbsolute ? path : FilePath(FileManager.default.currentDirectoryPath).pushing(path)
        }
        guard let home = value("HOME") else {
            throw RoostError(
                .invalidConfiguration, "HOME is not set, so the location of the Hub cache is unknown. Set HF_HOME to a folder with an absolute path.",
                field: name)
        }
        return FilePath(home).pushing(FilePath(String(text.dropFirst(2))))
    }
}
