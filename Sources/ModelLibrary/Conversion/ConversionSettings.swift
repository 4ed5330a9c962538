import ModelFormats
import RoostCore
package import SystemPackage

/// The settings of conversions.
package struct ConversionSettings: Sendable {
    /// The folder of the converted models.
    package var models: ConvertedModels
    /// Finds the quantisation library. It is called for each conversion, so a library is found that is installed while
    /// the server runs.
    package var locateLibrary: @Sendable () throws -> FilePath
    /// The number of bytes of weights above which `auto` quantises.
    package var threshold: Int64
    /// The most parts of tensors that are converted at the same time, 1 or more.
    package var workers: Int

    /// Creates settings.
    package init(
        models: ConvertedModels, locateLibrary: @escaping @Sendable () throws -> FilePath, threshold: Int64 = QuantizationDecision.defaultThreshold,
        workers: Int
    ) {
        self.models = models
        self.locateLibrary = locateLibrary
        self.threshold = threshold
        self.workers = workers
    }
}
