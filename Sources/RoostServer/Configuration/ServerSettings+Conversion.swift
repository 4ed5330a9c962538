import Engines
import Foundation
import ModelFormats
import ModelLibrary
import PullJobs
import RoostCore
import SystemPackage

extension ServerSettings {
    /// Returns the engine in use. It is searched for each time.
    ///
    /// - Throws: As `EngineLocator.locate`.
    func engineExecutable(_ environment: [String: String]) throws -> FilePath {
        try llamaServer ?? EngineLocator.locate(environment: environment)
    }
}

extension ConversionSettings {
    /// Creates the settings of conversions.
    package init(_ settings: ServerSettings, environment: [String: String]) {
        self.init(
            models: ConvertedModels(home: settings.home),
            locateLibrary: {
                // Without an engine the library can still be set by its variable.
                try GGMLLibrary.locate(besideEngine: try? settings.engineExecutable(environment), environment: environment)
            }, threshold: settings.q4Threshold, workers: ProcessInfo.processInfo.activeProcessorCount)
    }
}
