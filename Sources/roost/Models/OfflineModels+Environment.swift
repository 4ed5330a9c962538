import Foundation
import HubClient
import JobStoreSQLite
import ModelLibrary
import RoostCore
import RoostServer
import SystemPackage

extension OfflineModels {
    /// Creates the value for the cache and the home of this environment.
    ///
    /// - Parameter environment: The environment variables.
    /// - Throws: `RoostError` when a variable is invalid.
    init(environment: [String: String]) throws {
        let home = try ServerSettings.homeDirectory(flag: nil, environment: environment)
        self.init(hub: try HubConfiguration(environment: environment), home: home) {
            let path = HomeDirectory.database(in: home).string
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            try JobFileCheck.refuseUnusable(path)
            return try UnfinishedPulls.read(path)
        }
    }
}
