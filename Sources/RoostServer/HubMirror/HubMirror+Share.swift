import Logging
import RoostCore
import SystemPackage

extension HubMirror {
    /// The mirror by which a server offers its Hub cache to others: a listener of its own, so that nothing but files can be reached there.
    ///
    /// - Parameters:
    ///   - settings: The server's.
    ///   - environment: The Hub's own variables, and `ROOST_MIRROR_TOKEN`.
    ///   - logger: Hears where it listens, and about failures.
    /// - Returns: `nil` when nothing is to be shared.
    /// - Throws: `RoostError` with code `invalidConfiguration`, also when the address is one that others reach and nothing says who may read.
    static func sharing(_ settings: ServerSettings, environment: [String: String], logger: Logger) throws -> HubMirror? {
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
