import HTTPServing
package import HubMirror
package import Logging
import RoostCore
import SystemPackage

extension HubMirror {
    /// Creates the mirror that shares a server's Hub cache. It has its own listener, so that only files can be reached
    /// there.
    ///
    /// - Parameters:
    ///   - settings: The settings of the server.
    ///   - environment: The Hub's own variables, and `ROOST_MIRROR_TOKEN`.
    ///   - logger: The logger.
    /// - Returns: The mirror; `nil` when the cache is not shared.
    /// - Throws: `RoostError` with code `invalidConfiguration`, also when other machines can reach the address and no
    ///   access rule is set.
    package static func sharing(_ settings: ServerSettings, environment: [String: String], logger: Logger) throws -> HubMirror? {
        guard settings.share else { return nil }
        var configuration = Configuration(
            directory: nil, host: settings.shareHost, port: settings.sharePort, indexDirectory: settings.home.appending("hub-index"))
        configuration.optionPrefix = "--share-"
        configuration.limits.connectionsPerAddress = settings.maxConnectionsPerAddress
        configuration.access = MirrorAccess(
            token: try MirrorAccess.token(environment: environment, file: settings.shareTokenFile), networks: settings.shareAllow)
        try configuration.access.allow(hosts: settings.allowedHosts)
        try configuration.serveCache(environment: environment, upstream: nil)
        let mirror = HubMirror(configuration: configuration, logger: logger) { port in
            logger.notice("the Hub cache is shared", metadata: ["address": "\(settings.shareHost)", "port": "\(port)"])
        }
        try mirror.check()
        return mirror
    }
}
